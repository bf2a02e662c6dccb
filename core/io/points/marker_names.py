"""What the labels of optical markers stand for, in the sets in common use.

Plug-in Gait (Vicon), Helen Hayes (Motion Analysis, OpenSim), the 41 markers of CMU and ACCAD, and the anatomical names of the
IOR gait model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Role -> labels without their side, upper case, letters and digits alone.
SIDED = {
    "front waist": "ASI ASIS FWT IAS ASISFRONT",
    "back waist": "PSI PSIS BWT IPS",
    "hip centre": "HJC HIPJC HIPCENTER HIPCENTRE",
    "knee": "KNE KNEE KNEELAT KNEELATERAL LATKNEE LKNEE KNEEOUT FLE LFE LEK LFC KNL",
    "inner knee": "KNM KNEM MKNE MKNEE KNEEMED KNEEMEDIAL MEDKNEE KNEEIN FME MFE MEK MFC",
    "knee centre": "KJC KNEEJC KNEECENTER",
    "ankle": "ANK ANKLE ANKLELAT ANKLELATERAL LATANKLE ANKLEOUT FAL LMAL LM MAL",
    "inner ankle": "ANM ANKM MANK MANKLE ANKLEMED ANKLEMEDIAL MEDANKLE ANKLEIN TAM MMAL MM MMA MED",
    "ankle centre": "AJC ANKLEJC ANKLECENTER",
    "heel": "HEE HEEL FCC CAL CALC",
    "toe": "TOE TOES TOETIP FM2 MT2 2MT SMH FOOT",
    "outer toe": "MT5 FM5 5MT VMH TOELAT MIDFOOTLAT TOEOUT",
    "inner toe": "MT1 FM1 1MT FMH TOEMED TOEIN",
    "shoulder": "SHO SHOULDER ACROMIUM ACROMION ACR AC SAE ACJ SHOULDERTOP",
    "shoulder centre": "SJC GJC",
    "elbow": "ELB ELBOW ELBOWLAT ELBOWLATERAL LATELBOW ELBL HLE LELB LEL ELBOWOUT",
    "inner elbow": "ELM ELBM MELB ELBOWMED ELBOWMEDIAL MEDELBOW HME MEL ELBOWIN",
    "elbow centre": "EJC",
    "wrist": "WRI WRIST WR",
    "thumb wrist": "WRA WRISTRAD WRISTRADIAL WRISTLAT RSP RAD WRISTIN IWR",
    "little wrist": "WRB WRISTULN WRISTULNAR WRISTMED USP ULN WRISTOUT OWR",
    "wrist centre": "WJC",
    "hand": "FIN FINGER HAND KNU MC3 MCP3 HANDOUT",
    "front head": "FHD FRONTHEAD HEADFRONT FHEAD",
    "back head": "BHD BACKHEAD REARHEAD HEADBACK BHEAD HEADREAR",
    "head": "HEAD TEMPLE EAR HED",
}
MIDDLE = {
    "sacrum": "SACR SACRUM VSACRAL VSACRUM SACRAL VSAC SAC",
    "C7": "C7 CV7 C07",
    "T10": "T10 TV10 T8 TV8 T12",
    "clavicle": "CLAV CLA SJN IJ JN JUGULAR STERNALNOTCH",
    "sternum": "STRN STERNUM STER STRNM PX SXS XIPHOID",
    "top head": "TOPHEAD HEADTOP HDTP ARIEL VERTEX THD HTOP HEADTOPMIDDLE",
    "front head": "FRONTHEAD HEADFRONT FHEAD FOREHEAD",
    "back head": "REARHEAD HEADREAR BACKHEAD HEADBACK OCCIPUT BHEAD",
}
_ROLES = {
    f"{letter}{label}": f"{side} {role}"
    for role, labels in SIDED.items()
    for label in labels.split()
    for side, letters in (("left", ("L", "LEFT")), ("right", ("R", "RIGHT")))
    for letter in letters
}
# A label that is one with a side and one without, such as LAC, keeps the first meaning.
_ROLES = {**{label: role for role, labels in MIDDLE.items() for label in labels.split()}, **_ROLES}
_ROLES |= {
    f"{label}{letter}": f"{side} {role}"
    for role, labels in SIDED.items()
    for label in labels.split()
    if len(label) > 4
    for side, letter in (("left", "L"), ("right", "R"))
    if f"{label}{letter}" not in _ROLES
}
_NAMELESS = re.compile(
    r"(\*|U|UNNAMED|UNNAME|UNAME|UNLABELED|UNLABELLED|UNIDENTIFIED|MARKER|M|C|POINT|TRAJECTORY)?[\s_*\-]*\d*", re.IGNORECASE
)


def split_label(label: str, prefixes: Sequence[str] = ()) -> tuple[str, str]:
    """Subject and marker of a label: 'Liu:LASI' -> ('Liu', 'LASI'); a prefix that the file lists is taken off too."""
    label = label.strip()
    for prefix in sorted(filter(None, prefixes), key=len, reverse=True):
        if label.startswith(prefix) and len(label) > len(prefix):
            return prefix.rstrip(":_. "), label[len(prefix) :].strip()
    subject, found, marker = label.rpartition(":")
    return (subject.strip(), marker.strip()) if found else ("", label)


def role_of(marker: str) -> str:
    """The role of a marker, such as 'left knee' or 'C7'; '' where its name is in no set."""
    words = [re.sub(r"[^A-Z0-9]", "", word) for word in re.split(r"[_\s]+", marker[:200].upper())]
    # A prefix set off by an underscore is taken off where the whole is no marker.
    for start in range(len(words)):
        role = _ROLES.get("".join(words[start:]))
        if role:
            return role
    return ""


def is_nameless(marker: str) -> bool:
    """Whether a label is the number of a track that nobody named."""
    return marker.startswith("*") or bool(_NAMELESS.fullmatch(marker)) and role_of(marker) == ""
