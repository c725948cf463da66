"""What Krita itself writes, for tests."""

from __future__ import annotations

TYPICAL_KRITARC = b"""ColorHistory=a\\x00b
[MainWindow]
State=AAAA\xff\xfe==

[python]
enable_other=false
enable_zzz=true

[theme]
Theme=Krita dark
"""
