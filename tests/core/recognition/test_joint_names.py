"""The names of the usual programs and data sets: side and segment as a person reads them."""

import time

import pytest

from core.recognition.joint_names import read_name, read_names

L, R, N = "left", "right", ""
READINGS = {
    "Mixamo": [
        ("mixamorig:LeftUpLeg", L, "thigh"), ("mixamorig1:RightToeBase", R, "toe"), ("mixamorig:HeadTop_End", N, "helper"),
        ("mixamorig:LeftToe_End", L, "helper"), ("mixamorig_RightForeArm", R, "forearm"), ("mixamorig:Spine2", N, "spine"),
        ("mixamorig12:LeftHandThumb1", L, "finger"), ("mixamorig:LeftShoulder", L, "collar"), ("mixamorig:Hips", N, "hips"),
    ],
    "HumanIK": [
        ("Character1_LeftUpLeg", L, "thigh"), ("Character1_RightHandMiddle2", R, "finger"), ("LeftForeArmRoll", L, "helper"),
        ("LeftInHandIndex", L, "finger"), ("LeftFingerBase", L, "finger"), ("Character1_Ctrl_LeftFootEffector", L, "helper"),
    ],
    "Biped": [
        ("Bip01 L Thigh", L, "thigh"), ("Bip001_R_Calf", R, "shin"), ("Bip01 L Toe0", L, "toe"),
        ("Bip001 L Toe0Nub", L, "helper"), ("Bip01 HeadNub", N, "helper"), ("Bip01 Pelvis", N, "hips"),
        ("Bip01 R Finger01", R, "finger"), ("Bip01 L ForeTwist", L, "helper"), ("Bip01 L Clavicle", L, "collar"),
        ("Bip01 Ponytail1", N, "helper"), ("Bip01 Footsteps", N, "helper"), ("NPC L Thigh [LThg]", L, "thigh"),
        ("NPC R Foot [Rft ]", R, "foot"),
    ],
    "Unreal": [
        ("thigh_l", L, "thigh"), ("calf_twist_01_l", L, "helper"), ("ball_r", R, "toe"), ("clavicle_l", L, "collar"),
        ("lowerarm_r", R, "forearm"), ("upperarm_twist_02_r", R, "helper"), ("ik_foot_l", L, "helper"),
        ("index_01_l", L, "finger"), ("middle_metacarpal_r", R, "finger"), ("spine_05", N, "spine"),
        ("thigh_correctiveRoot_l", L, "helper"), ("spine_04_latissimus_l", L, "helper"), ("pelvis", N, "hips"),
    ],
    "Rigify": [
        ("DEF-thigh.L", L, "thigh"), ("DEF-upper_arm.L.001", L, "upper arm"), ("ORG-shin.R", R, "helper"),
        ("MCH-foot_ik.parent.L", L, "helper"), ("DEF-f_index.01.R", R, "finger"), ("DEF-palm.02.L", L, "hand"),
        ("DEF-spine.006", N, "spine"), ("DEF-toe.R", R, "toe"), ("DEF-breast.L", L, "helper"), ("heel.02.L", L, "heel"),
    ],
    "VRM": [
        ("leftUpperLeg", L, "thigh"), ("J_Bip_L_UpperLeg", L, "thigh"), ("J_Bip_C_UpperChest", N, "spine"),
        ("J_Sec_Hair1_01", N, "helper"), ("J_Adj_L_FaceEye", L, "helper"), ("rightLowerArm", R, "forearm"),
        ("J_Bip_R_ToeBase", R, "toe"),
    ],
    "Poser and Daz": [
        ("rButtock", R, "thigh"), ("lThigh", L, "thigh"), ("rShin", R, "shin"), ("lCollar", L, "collar"),
        ("lForeArm", L, "forearm"), ("lThighBend", L, "thigh"), ("lThighTwist", L, "helper"), ("lShldrBend", L, "upper arm"),
        ("rShldr", R, "upper arm"), ("abdomenLower", N, "spine"), ("lMetatarsals", L, "foot"), ("neckUpper", N, "neck"),
        ("lBigToe", L, "toe"), ("rCarpal2", R, "finger"), ("lPectoral", L, "helper"), ("rEye", R, "helper"),
        ("leftEye", L, "helper"), ("rThumb1", R, "finger"), ("lMid1", L, "finger"), ("l_shin", L, "shin"),
        ("lForearmBend", L, "forearm"), ("rRing2", R, "finger"),
    ],
    "Xsens": [
        ("RightUpperLeg", R, "thigh"), ("L5", N, "spine"), ("T12", N, "spine"), ("T8", N, "spine"),
        ("Left_Lower_Leg", L, "shin"), ("Xsens:L3", N, "spine"),
    ],
    "OptiTrack": [
        ("Hip", N, "hips"), ("Ab", N, "spine"), ("Chest", N, "spine"), ("LThigh", L, "thigh"), ("LShin", L, "shin"),
        ("RFoot", R, "foot"), ("LToe", L, "toe"), ("LShoulder", L, "collar"), ("LUArm", L, "upper arm"),
        ("RFArm", R, "forearm"), ("LHand", L, "hand"), ("Skeleton_001_LUArm", L, "upper arm"),
    ],
    "Perception Neuron": [
        ("Robot_LeftUpLeg", L, "thigh"), ("Robot_RightInHandRing", R, "finger"), ("Robot_Spine3", N, "spine"),
    ],
    "ASF": [
        ("lhipjoint", L, "thigh"), ("lfemur", L, "thigh"), ("rtibia", R, "shin"), ("ltoes", L, "toe"),
        ("lowerback", N, "spine"), ("upperback", N, "spine"), ("thorax", N, "spine"), ("lowerneck", N, "neck"),
        ("lclavicle", L, "collar"), ("rhumerus", R, "upper arm"), ("lradius", L, "forearm"), ("lwrist", L, "hand"),
        ("rfingers", R, "finger"), ("rthumb", R, "finger"), ("LHipJoint", L, "thigh"), ("root", N, ""),
    ],
    "Character Creator": [
        ("CC_Base_L_Thigh", L, "thigh"), ("CC_Base_L_CalfTwist01", L, "helper"), ("CC_Base_NeckTwist01", N, "neck"),
        ("CC_Base_L_ToeBaseShareBone", L, "helper"), ("CC_Base_L_MidToe1", L, "toe"), ("CC_Base_R_Mid1", R, "finger"),
        ("CC_Base_JawRoot", N, "helper"), ("CC_Base_FacialBone", N, "helper"), ("CC_Base_Waist", N, "spine"),
        ("CC_Base_R_RibsTwist", R, "helper"), ("CC_Base_L_Breast", L, "helper"), ("CC_Base_L_RingToe1", L, "toe"),
    ],
    "MakeHuman": [
        ("upperleg01.L", L, "thigh"), ("toe2-1.R", R, "toe"), ("wrist.L", L, "hand"), ("pelvis.R", R, "thigh"),
        ("lowerarm02.L", L, "forearm"), ("metacarpal1.L", L, "finger"),
    ],
    "SMPL": [
        ("left_hip", L, "thigh"), ("left_knee", L, "shin"), ("left_ankle", L, "foot"), ("left_foot", L, "foot"),
        ("L_Collar", L, "collar"), ("R_Wrist", R, "hand"), ("left_eye_smplhf", L, "helper"), ("right_index1", R, "finger"),
    ],
    "SOMA": [
        ("LeftLeg", L, "leg"), ("LeftShin", L, "shin"), ("RightHandMiddleEnd", R, "helper"), ("Neck2", N, "neck"),
    ],
    "Kinect": [
        ("HipLeft", L, "thigh"), ("KneeRight", R, "shin"), ("SpineBase", N, "hips"), ("SpineMid", N, "spine"),
        ("HandTipLeft", L, "finger"), ("CLAVICLE_LEFT", L, "collar"), ("SPINE_NAVEL", N, "spine"),
        ("HANDTIP_RIGHT", R, "finger"), ("EAR_LEFT", L, "helper"), ("WRIST_RIGHT", R, "hand"),
    ],
    "Key points": [
        ("LHip", L, "thigh"), ("MidHip", N, "hips"), ("LBigToe", L, "toe"), ("RHeel", R, "heel"), ("REye", R, "helper"),
        ("left_foot_index", L, "toe"), ("left_heel", L, "heel"), ("right_pinky", R, "finger"), ("left_index", L, "finger"),
        ("Nose", N, "helper"), ("RFemur", R, "thigh"), ("lHip", L, "thigh"),
    ],
    "H-Anim and Second Life": [
        ("l_hip", L, "thigh"), ("l_subtalar", L, "foot"), ("r_sternoclavicular", R, "collar"), ("vl5", N, "spine"),
        ("vc4", N, "neck"), ("skullbase", N, "head"), ("mHipLeft", L, "thigh"), ("mCollarRight", R, "collar"),
    ],
    "MMD": [
        ("左足", L, "leg"), ("左ひざ", L, "shin"), ("右足首", R, "foot"), ("左つま先", L, "toe"), ("左肩", L, "collar"),
        ("左腕", L, "arm"), ("左ひじ", L, "forearm"), ("左手首", L, "hand"), ("頭", N, "head"), ("首", N, "neck"),
        ("上半身", N, "spine"), ("上半身2", N, "spine"), ("下半身", N, "hips"), ("センター", N, ""), ("グルーブ", N, ""),
        ("全ての親", N, ""), ("左足ＩＫ", L, "helper"), ("右つま先ＩＫ", R, "helper"), ("左手捩", L, "helper"),
        ("右腕捩1", R, "helper"), ("左足D", L, "helper"), ("右ひざD", R, "helper"), ("左肩P", L, "helper"),
        ("左親指１", L, "finger"), ("右人指２", R, "finger"), ("両目", N, "helper"), ("左目", L, "helper"),
        ("右足先EX", R, "helper"), ("腰キャンセル左", L, "helper"), ("leg_L", L, "leg"), ("knee_L", L, "shin"),
        ("ankle_R", R, "foot"), ("shoulder_L", L, "collar"), ("upper body2", N, "spine"), ("lower body", N, "spine"),
        ("leg IK_L", L, "helper"),
    ],
    "Markers of a side": [
        ("Thigh-L", L, "thigh"), ("Thigh (R)", R, "thigh"), ("(L) Foot", L, "foot"), ("L_Foot.003", L, "foot"),
        ("foot_lft", L, "foot"), ("Rt_Knee", R, "shin"), ("LfHand", L, "hand"), ("hand-right", R, "hand"),
        ("leftfoot", L, "foot"), ("FOOTRIGHT", R, "foot"), ("LEFT UP LEG", L, "thigh"), ("l foot", L, "foot"),
        ("Leg_Upper_L", L, "thigh"), ("arm_lower.R", R, "forearm"), ("Upper_L_Arm", L, "upper arm"),
    ],
    "Other languages": [
        ("Oberschenkel_L", L, "thigh"), ("Fuß rechts", R, "foot"), ("cuisse_gauche", L, "thigh"), ("pied.droit", R, "foot"),
        ("muslo_izq", L, "thigh"), ("Pie Derecho", R, "foot"), ("Kopf", N, "head"), ("tête", N, "head"),
        ("左大腿", L, "thigh"), ("右小腿", R, "shin"), ("左前臂", L, "forearm"), ("右手", R, "hand"),
    ],
    "Nothing": [
        ("bone_12", N, ""), ("joint 3", N, ""), ("n07", N, ""), ("", N, ""), ("Bone.L", L, ""), ("left", L, ""),
    ],
}


@pytest.mark.parametrize(("name", "side", "segment"), [reading for group in READINGS.values() for reading in group])
def test_reading(name, side, segment):
    reading = read_name(name)
    assert (reading.side, reading.segment) == (side, segment)
    assert reading.helper == (segment == "helper")


def test_letters_of_mmm_are_read_only_in_their_company():
    mmm = dict(zip(("BP", "BT", "BLN", "LH", "LK", "LA", "RS", "RE", "RW"), read_names(
        ["BP", "BT", "BLN", "LH", "LK", "LA", "RS", "RE", "RW"]), strict=True))
    assert (mmm["LH"].side, mmm["LH"].segment) == ("left", "thigh")
    assert (mmm["LA"].segment, mmm["RW"].segment, mmm["BLN"].segment) == ("foot", "hand", "neck")
    assert read_names(["LH", "RH", "Hips"])[0].segment == ""


def test_a_hostile_name_is_read_at_once():
    start = time.perf_counter()
    for name in ("L" * 200_000, "aB" * 100_000, ":" * 100_000, "[" * 100_000, "左" * 100_000, "_".join("L" * 50_000),
                 "\x00\ud800"):
        read_name(name)
    assert time.perf_counter() - start < 1
