"""Sign-in, profile, password, language."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import throttle
from accounts.forms import PasswordForm, ProfileForm, SignInForm
from accounts.markers import mark_own, mark_public
from accounts.models import SignIn, User
from core import audit


def _next_url(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else settings.LOGIN_REDIRECT_URL


@mark_public("the sign-in page itself; attempts are throttled")
@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in. The answer is the same for an unknown name and a wrong password."""
    if request.user.is_authenticated:
        return redirect(_next_url(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        name, address = form.cleaned_data["username"], request.META.get("REMOTE_ADDR", "")
        if throttle.is_blocked(name, address):
            form.add_error(
                None, _("Đã nhập sai nhiều lần. Hãy thử lại sau 15 phút, hoặc nhờ người quản trị đặt lại mật khẩu.")
            )
            status = 429
        else:
            user = authenticate(request, username=name, password=form.cleaned_data["password"])
            if isinstance(user, User):
                login(request, user)
                throttle.forget(name)
                SignIn.objects.create(user=user)
                return redirect(_next_url(request))
            throttle.note_failure(name, address)
            form.add_error(
                None, _("Tên đăng nhập hoặc mật khẩu không đúng. Hãy xem lại phím Caps Lock và bộ gõ tiếng Việt.")
            )
            status = 422
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next_url(request)}, status=status)


@mark_own("ends the user's own session")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("accounts:sign-in")


@mark_own("shows and changes the user's own row")
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, phone and language."""
    user = request.user
    assert isinstance(user, User)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.record("accounts.update_profile", user, by=user)
        messages.success(request, _("Đã lưu."))
        response = redirect("accounts:profile")
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@mark_own("changes the user's own password")
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password and stay signed in here."""
    user = request.user
    assert isinstance(user, User)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user.set_password(form.cleaned_data["new"])
        user.must_change_password = False
        user.save()
        update_session_auth_hash(request, user)
        audit.record("accounts.change_password", user, by=user)
        messages.success(request, _("Đã đổi mật khẩu."))
        return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@mark_public("sets a cookie with the language, nothing else")
@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language for this browser and, when signed in, for the user."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_next_url(request))
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
        if isinstance(request.user, User) and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response
