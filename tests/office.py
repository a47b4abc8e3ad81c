"""LibreOffice as the second program that opens what we hand out: it reads, works every formula out anew and saves."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Always work formulas out again when a file is opened: by default values are believed.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
PATIENCE_S = 300


def opened(files: Iterable[Path], *, to: str, folder: Path) -> list[Path]:
    """Open the files in LibreOffice and save them as ``to`` in ``folder``; return the new files, in order.

    One start for all. It has nobody to ask: a file that needs repair is not loaded, and that fails here by name.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "LibreOffice is missing; ./run test installs it"
    sources = list(files)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    out = folder / "opened"
    done = subprocess.run(
        [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", to,
         "--outdir", str(out), *map(str, sources)],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    made = [out / f"{source.stem}.{to.partition(':')[0]}" for source in sources]
    missing = [source.name for source, result in zip(sources, made, strict=True) if not result.exists()]
    assert not missing, f"LibreOffice did not open {missing}: {done.stdout}{done.stderr}"
    return made
