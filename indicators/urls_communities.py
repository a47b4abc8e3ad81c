"""Addresses of communes' files and titles "Cộng đồng học tập"; included under the plan's own."""

from django.urls import path

from indicators.views import communities, community_titles

urlpatterns = [
    path("communities/", communities.community_list, name="community-list"),
    path("communities/file/", communities.community_list_file, name="community-list-file"),
    path("communities/<int:pk>/", communities.community, name="community"),
    path("communities/<int:pk>/take-back/", communities.take_back, name="community-take-back"),
    path("communities/<int:pk>/review/", communities.review, name="community-review"),
    path("communities/<int:pk>/reopen/", communities.reopen, name="community-reopen"),
    path("communities/<int:pk>/pdf/", communities.community_pdf, name="community-pdf"),
    path("communities/<int:pk>/papers/<int:criterion_pk>/", communities.papers, name="community-papers"),
    path("communities/papers/<int:pk>/", communities.paper_file, name="community-paper"),
    path("communities/papers/<int:pk>/drop/", communities.paper_drop, name="community-paper-drop"),
    path("communities/<int:pk>/recognise/", community_titles.recognise, name="community-recognise"),
    path("communities/titles/<int:pk>/end/", community_titles.end, name="community-end"),
]
