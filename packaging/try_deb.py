"""Install the .deb into a bare Debian and use it as a person would: `python3 packaging/try_deb.py PACKAGE.deb` (as root, with
debootstrap).

The root holds no Python and no pip. Inside: installation with what it depends on, the start of the window on a virtual screen, a
query answered, a fine-tuning run by the child process of the frozen program, a .bvh opened through its file association, and
removal, after which nothing but the user's own data is left.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "bare"
NAME = "motionpatches-studio"
# What stands for a desktop in the bare root: a screen, and what opens files by their type.
DESKTOP = (
    "xvfb",
    "libglib2.0-bin",
    "shared-mime-info",
    "desktop-file-utils",
    "libgl1-mesa-dri",
    "fonts-dejavu-core",
    "procps",
    "x11-utils",
)
TURNS = "CHANNELS 3 Zrotation Xrotation Yrotation"


def joint(name: str, offset: str, *children: str) -> str:
    """Return a joint of a BVH file with its children."""
    return f"JOINT {name} {{ OFFSET {offset} {TURNS} {' '.join(children) or 'End Site { OFFSET 0 5 0 }'} }}\n"


def take(number: int, frames: int = 40) -> str:
    """Return the text of a small BVH of a person whose joints turn."""
    arms = [
        joint(f"{side}Shoulder", f"{x} 25 0", joint(f"{side}Elbow", f"{x} 0 0", joint(f"{side}Wrist", f"{x} 0 0")))
        for side, x in (("Left", 25), ("Right", -25))
    ]
    legs = [
        joint(f"{side}Hip", f"{x} -5 0", joint(f"{side}Knee", "0 -42 0", joint(f"{side}Ankle", "0 -42 0")))
        for side, x in (("Left", 10), ("Right", -10))
    ]
    spine = joint("Spine", "0 20 0", joint("Neck", "0 30 0", joint("Head", "0 10 0")), *arms)
    rows = [" ".join(["0", "95", f"{number + k}", *["0"] * 3, *[f"{(number * k) % 30}"] * 45]) for k in range(frames)]
    root = f"ROOT Hips {{ OFFSET 0 95 0 CHANNELS 6 Xposition Yposition Zposition {TURNS[11:]}"
    return f"HIERARCHY\n{root} {spine} {' '.join(legs)} }}\nMOTION\nFrames: {frames}\nFrame Time: 0.05\n" + "\n".join(rows) + "\n"


def bare_root() -> None:
    """Make a fresh Debian of the release that runs here."""
    if PLACE.exists():
        subprocess.run(["umount", "-q", str(PLACE / "proc")])
        shutil.rmtree(PLACE)
    release = next(
        line.split("=")[1].strip()
        for line in Path("/etc/os-release").read_text().splitlines()
        if line.startswith("VERSION_CODENAME=")
    )
    subprocess.run(["debootstrap", "--variant=minbase", release, str(PLACE)], check=True, stdout=subprocess.DEVNULL)
    for file in ("etc/resolv.conf", "etc/apt/sources.list"):
        if Path("/", file).is_file():
            shutil.copy(Path("/", file), PLACE / file)
    for folder in ("etc/apt/sources.list.d", "etc/apt/apt.conf.d", "etc/apt/keyrings", "usr/share/keyrings"):
        if Path("/", folder).is_dir():
            shutil.copytree(Path("/", folder), PLACE / folder, dirs_exist_ok=True)
    subprocess.run(["mount", "-t", "proc", "proc", str(PLACE / "proc")], check=True)


def inside(command: str, timeout_s: float = 600, check: bool = True) -> subprocess.CompletedProcess:
    """Run a shell command in the bare root, as a user named ada where it begins with 'ada:'."""
    user = command.startswith("ada:")
    command = command.removeprefix("ada:").strip()
    call = ["chroot", str(PLACE), *(["su", "ada", "-c"] if user else ["bash", "-c"]), command]
    home = "/home/ada" if user else "/root"
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": home,
        "DEBIAN_FRONTEND": "noninteractive",
        "LANG": "C.UTF-8",
        **{k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")},
    }
    done = subprocess.run(call, env=environment, capture_output=True, text=True, timeout=timeout_s)
    if check and done.returncode:
        raise SystemExit(f"FAILED: {command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def step(text: str) -> None:
    """Print what was tried."""
    print(f"- {text}", flush=True)


def try_package(package: Path) -> None:
    """Install, use and remove a package in the bare root."""
    for tool in ("python3", "pip"):
        assert inside(f"command -v {tool}", check=False).returncode, f"the bare root has {tool}"
    inside("apt-get update -qq && useradd -m ada")
    before = files()
    shutil.copy(package, PLACE / "srv" / package.name)
    inside(f"apt-get install -y -qq --no-install-recommends /srv/{package.name}")
    size = int(inside(f"dpkg-query -W -f '${{Installed-Size}}' {NAME}").stdout) * 1.024 / 1000
    step(f"installed with its dependencies, {size:.0f} MB")
    inside(f"apt-get install -y -qq --no-install-recommends {' '.join(DESKTOP)}")
    step(
        f"version {inside('motionpatches --version').stdout.strip()}; " + inside("ada: motionpatches info").stdout.splitlines()[0]
    )
    shipped = PLACE / "opt" / NAME / "_internal" / "motionpatches" / "assets"
    assert (shipped / "manual/getting-started.md").exists() and (shipped / "blender/motion_patches.py").exists()
    found = json.loads(inside("ada: motionpatches search 'a person waves with the right hand' -k 5 --json").stdout)
    assert len(found["hits"]) == 5 and "wave" in found["hits"][0]["id"], found["hits"]
    step(f"a query answered: {found['hits'][0]['caption']}")
    inside("ada: motionpatches screenshot /home/ada/window.png --query 'someone jumps' --size 1400x900")
    shutil.copy(PLACE / "home/ada/window.png", ROOT / "build" / "bare-window.png")
    step("the window on a virtual screen: build/bare-window.png")
    start_to_window()
    fine_tune()
    open_by_association()
    inside(f"apt-get purge -y -qq {NAME}")
    left = {f for f in files() - before if NAME in f or "/motionpatches" in f or f.endswith("x-bvh.xml")}
    left = {f for f in left if not f.startswith(("home/ada", "srv/"))}
    assert not left, f"left behind: {sorted(left)[:10]}"
    step("removed; nothing is left but what lies in the user's home")


def start_to_window() -> None:
    """Measure the seconds from the command to a visible window, the second time it is opened."""
    script = """Xvfb :7 -screen 0 1400x900x24 >/dev/null 2>&1 & server=$!; sleep 2; export DISPLAY=:7
for i in 1 2; do start=$(date +%s.%N); MOTIONPATCHES_HOME=$HOME/timed motionpatches >/dev/null 2>&1 & p=$!
for n in $(seq 400); do xwininfo -root -tree | grep -q '"Motion Patches Studio"' && break; sleep 0.03; done
now=$(date +%s.%N); kill $p; wait $p 2>/dev/null
echo "$start $now"; done; kill $server"""
    (PLACE / "home/ada/timed.sh").write_text(script)
    lines = inside("ada: cd && bash timed.sh").stdout.split("\n")
    start, now = map(float, lines[1].split())
    step(f"start to window: {now - start:.1f} s")


def fine_tune() -> None:
    """Train a run folder by the program itself, as the studio does."""
    library = PLACE / "home/ada/takes"
    library.mkdir()
    rows = ["file,caption"]
    for i in range(8):
        (library / f"{i}.bvh").write_text(take(i))
        rows.append(f"{i}.bvh,a person does thing number {i}")
    (library / "captions.csv").write_text("\n".join(rows) + "\n")
    run = PLACE / "home/ada/run"
    run.mkdir()
    (run / "config.json").write_text(
        json.dumps(
            {
                "library": "/home/ada/takes",
                "start_from": f"/opt/{NAME}/_internal/motionpatches/assets/starter",
                "epochs": 2,
                "batch": 4,
                "lr_text": 0.0,
                "lr_motion": 0.0,
            }
        )
    )
    inside("chown -R ada /home/ada")
    lines = inside("ada: motionpatches --training-run /home/ada/run").stdout.splitlines()
    kinds = [json.loads(line)["event"] for line in lines]
    assert "epoch" in kinds and kinds[-1] == "end" and (run / "best" / "model.safetensors").exists(), lines[-1]
    step(f"a fine-tuning run in a child process: {kinds.count('step')} steps, {kinds.count('epoch')} epochs")


def open_by_association() -> None:
    """Open a .bvh as a file manager does."""
    kind = inside("ada: gio info -a standard::content-type /home/ada/takes/0.bvh").stdout
    program = inside("ada: gio mime model/x-bvh").stdout
    assert "model/x-bvh" in kind and f"{NAME}.desktop" in program, (kind, program)
    script = """Xvfb :8 -screen 0 1400x900x24 >/dev/null 2>&1 & server=$!; sleep 2; export DISPLAY=:8
export MOTIONPATCHES_HOME=$HOME/opened; gio open takes/0.bvh >/dev/null 2>&1 &
for n in $(seq 300); do grep -qs 0.bvh opened/reports/session.json && break; sleep 0.1; done
cat opened/reports/session.json; pkill -f /opt/; kill $server"""
    (PLACE / "home/ada/open.sh").write_text(script)
    assert "0.bvh" in inside("ada: cd && bash open.sh", check=False).stdout
    step("a .bvh opened through its file association")


def files() -> set[str]:
    """Return files and folders of the root, without what the system writes by itself; /proc changes while it is listed."""
    skipped = {"proc", "sys", "dev", "tmp", "var/cache", "var/lib/apt", "var/log"}
    found = set()
    for place, folders, names in os.walk(PLACE):
        beside = Path(place).relative_to(PLACE)
        folders[:] = [name for name in folders if str(beside / name) not in skipped]
        found |= {str(beside / name) for name in (*folders, *names)}
    return found


def main() -> int:
    """Try the package of the command line; return the exit status."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("This needs root and debootstrap (apt-get install debootstrap).", file=sys.stderr)
        return 1
    start = time.perf_counter()
    bare_root()
    step("a bare Debian without Python")
    try:
        try_package(Path(sys.argv[1]).resolve())
    finally:
        subprocess.run(["umount", "-q", str(PLACE / "proc")])
    print(f"passed in {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
