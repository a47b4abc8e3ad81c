"""Statistics of standard periods, kept and never wrong (docs/adr/0051).

``triggers`` mark what changed, ``footprint`` says which sheets a mark touches, ``counting`` works sheets out,
``rebuilding`` writes and checks them, ``reading`` answers from those that nothing has touched since.
"""
