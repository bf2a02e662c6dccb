"""The words that skeletons of the usual programs and data sets name their joints with."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Segment -> words in lower case, without their side. Two words in a row are looked up as one: 'upper', 'leg' -> 'upperleg'.
# Mixamo, HumanIK, Biped, Unreal, Rigify, VRM, Poser, Daz, Rokoko, Xsens, OptiTrack, Perception Neuron, ASF, SMPL, SOMA,
# Kinect, OpenPose, MediaPipe, Human3.6M, H-Anim, MakeHuman; German, French and Spanish.
SEGMENTS: dict[str, str] = {
    "finger": "thumb pinky pinkie finger fingers fingerbase fingertip handtip metacarpal metacarpals carpal phalanx phalange "
    "knuckle inhand daumen finger pouce doigt dedo pulgar",
    "toe": "toe toes toebase ball bigtoe smalltoe toetip footindex metatarsophalangeal zehe zehen orteil orteils dedopie",
    "heel": "heel calcaneus ferse talon",
    "foot": "foot ankle metatarsal metatarsals subtalar midtarsal talus instep fuss knochel pied cheville pie tobillo",
    "shin": "shin calf lowerleg lowleg loleg legupperend knee tibia shank leglower leglow crus unterschenkel knie jambe mollet "
    "genou pantorrilla rodilla lowerlimb",
    "thigh": "thigh upleg upperleg hipjoint femur buttock legupper legup uleg oberschenkel cuisse muslo",
    "hand": "hand wrist palm handgelenk poignet mano muneca",
    "forearm": "forearm lowerarm lowarm loarm farm elbow radius ulna armlower armlow armfore unterarm ellbogen avantbras coude "
    "antebrazo codo",
    "upper arm": "upperarm uparm uarm humerus shldr armupper armup bicep oberarm brassup",
    "collar": "collar clavicle shoulder scapula collarbone sternoclavicular acromioclavicular clav schulter schlusselbein "
    "epaule clavicule hombro clavicula",
    "head": "head skull skullbase cranium kopf tete cabeza",
    "neck": "neck lowerneck upperneck hals nacken cou cuello cervical",
    "spine": "spine chest waist torso thorax back abdomen upperback lowerback ab abs belly stomach navel sternum trunk ribcage "
    "upperchest upperbody lowerbody lumbar wirbel wirbelsaule brust colonne poitrine torse dos "
    "columna pecho",
    "hips": "hips hip pelvis midhip spinebase hipcenter bodycenter cog sacrum becken hufte bassin hanche cadera",
    "arm": "arm bras brazo",
    "leg": "leg bein pierna",
    "tail": "tail schwanz queue cola",
}
# Words of fingers that also stand for other things: they count where nothing but a hand or an arm is named beside them.
WEAK_FINGERS = words("index middle mid ring little tip")

# A joint so named carries no limb: it turns with one, marks an end, controls, or hangs on the body.
HELPERS = words("""
    twist roll share sharebone twst tws bendy ik fk2 pole target aim effector goal ctrl control controller ctl prop weapon
    breast boob bust bosom pectoral pec glute butt nub end endsite site null locator dummy marker socket attach mch org vis
    tweak stretch hair ponytail pigtail bangs braid beard moustache eye eyes eyeball eyelid eyebrow brow lid lash lashes jaw
    chin tongue teeth tooth lip lips mouth ear ears nose nostril cheek face facial facialbone forehead temple hat helmet cap
    cloth cape cloak skirt dress coat sleeve ribbon belt scarf tie strap armor armour pad pouch bag backpack holster sword gun
    shield bow knife blade staff camera cam light helper aux adj sec corrective correctiveroot muscle tricep triceps biceps
    latissimus lat scap kneeback kneefront jiggle physics phys spring ribs rib reference interaction footsteps headtop
    gizmo proxy mesh geo geometry skin collider wing wings fin fins horn horns antenna
    """)
# Turning joints of the neck are the neck's own (Character Creator).
HELPERS_THAT_NECKS_HAVE = frozenset({"twist"})

SIDES: dict[str, str] = {
    **dict.fromkeys(words("l left lft lf lt links linke linker linkes gauche izq izquierda izquierdo"), "left"),
    **dict.fromkeys(words("r right rgt rt rft rechts rechte rechter rechtes droit droite der derecha derecho"), "right"),
}

# Letters of MMM (KIT motion data); read only where the skeleton names its pelvis BP and its thorax BT.
MMM: dict[str, tuple[str, str]] = {
    "BP": ("", "hips"),
    "BT": ("", "spine"),
    "BLN": ("", "neck"),
    "BUN": ("", "head"),
    **{
        f"{letter}{key}": (side, segment)
        for letter, side in (("L", "left"), ("R", "right"))
        for key, segment in {
            "H": "thigh",
            "K": "shin",
            "A": "foot",
            "F": "toe",
            "M": "foot",
            "MROT": "toe",
            "SC": "collar",
            "S": "upper arm",
            "E": "forearm",
            "W": "hand",
            "EYE": "helper",
        }.items()
    },
}

# Japanese (MikuMikuDance) and Chinese, in the order in which they are looked for inside a name.
EAST_HELPERS = (
    "IK",
    "捩",
    "先EX",
    "キャンセル",
    "ダミー",
    "目",
    "胸",
    "乳",
    "髪",
    "舌",
    "歯",
    "顎",
    "あご",
    "眉",
    "耳",
    "スカート",
    "ネクタイ",
    "補助",
    "操作",
    "袖",
    "リボン",
    "表情",
    "武器",
    "カメラ",
    "调整",
    "调節",
    "眼",
    "裙",
    "发",
    "頭先",
    "手先",
)
EAST_SEGMENTS: tuple[tuple[str, str], ...] = (
    ("親指", "finger"),
    ("人指", "finger"),
    ("人差", "finger"),
    ("中指", "finger"),
    ("薬指", "finger"),
    ("小指", "finger"),
    ("拇指", "finger"),
    ("食指", "finger"),
    ("无名指", "finger"),
    ("指", "finger"),
    ("つま先", "toe"),
    ("爪先", "toe"),
    ("足先", "toe"),
    ("脚趾", "toe"),
    ("脚掌", "toe"),
    ("かかと", "heel"),
    ("足首", "foot"),
    ("脚踝", "foot"),
    ("ひざ", "shin"),
    ("膝", "shin"),
    ("小腿", "shin"),
    ("すね", "shin"),
    ("大腿", "thigh"),
    ("太もも", "thigh"),
    ("下半身", "hips"),
    ("上半身", "spine"),
    ("骨盆", "hips"),
    ("骨盤", "hips"),
    ("手首", "hand"),
    ("手腕", "hand"),
    ("手掌", "hand"),
    ("ひじ", "forearm"),
    ("肘", "forearm"),
    ("前腕", "forearm"),
    ("前臂", "forearm"),
    ("小臂", "forearm"),
    ("上腕", "upper arm"),
    ("上臂", "upper arm"),
    ("大臂", "upper arm"),
    ("腕", "arm"),
    ("肩", "collar"),
    ("鎖骨", "collar"),
    ("锁骨", "collar"),
    ("首", "neck"),
    ("颈", "neck"),
    ("脖", "neck"),
    ("頭", "head"),
    ("头", "head"),
    ("脊", "spine"),
    ("背", "spine"),
    ("腹", "spine"),
    ("腰", "hips"),
    ("胯", "hips"),
    ("臀", "hips"),
    ("尾", "tail"),
    ("足", "leg"),
    ("脚", "foot"),
    ("腿", "leg"),
    ("手", "hand"),
    ("臂", "arm"),
)
EAST_ROOTS = ("センター", "グルーブ", "全ての親")
