"""Karate, boxing and footwork: techniques in long stances, combinations, forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.blows import TECHNIQUES, bounced, other_lead, strikes, technique
from motionpatches.core.demo.actions.gestures import BOTH
from motionpatches.core.demo.actions.kicks import front, kicking, round_
from motionpatches.core.demo.body import LEFT, RIGHT, Tracks
from motionpatches.core.demo.fighter import AT_HIP, BACK, FRONT, Fighter


def _karate(name: str) -> Make:
    """One technique with a side's hand, or several in turn."""

    def make(m: Maker) -> Tracks:
        knife = name == "knife-hand block"
        f = Fighter(m, BACK if knife else FRONT, True, bool(m.rng.random() < 0.25))
        own = name
        if name == "inside block" and m.rng.random() < 0.5:
            own = "outside block"
        count = m.count if m.side == "both" else 1
        for _ in range(count):
            technique(f, own)
            f.wait(float(m.rng.uniform(0.15, 0.9)))
        return f.finish()

    return make


def _shadow_box(m: Maker) -> Tracks:
    """Combinations of blows with steps, slips and bounces between them."""
    f = Fighter(m)
    for _ in range(int(m.rng.integers(2, 4))):
        for _ in range(int(m.rng.integers(2, 5))):
            limb = int(m.rng.integers(2))
            f.strike(limb, str(m.rng.choice(["straight", "straight", "hook", "uppercut"])), float(m.rng.uniform(-0.2, 0.15)))
            f.now -= 0.08
        f.wait(0.25)
        if m.rng.random() < 0.25:
            kick = front if m.rng.random() < 0.5 else round_
            f.kick(kick(float(m.rng.uniform(-0.4, 0.0))), 1 - f.lead)
        if m.rng.random() < 0.5:
            f.sway(float(m.rng.choice([-1, 1])), 0.4)
        f.glide(float(m.rng.uniform(-0.35, 0.4)))
    return bounced(f.finish(), 2.2, 0.02)


def _ready(m: Maker) -> Tracks:
    """Step from standing into the guard and stay, or the other way round."""
    f = Fighter(m, stands=True)
    f.wait(float(m.rng.uniform(0.6, 2.2)))
    return f.finish()


def _footwork(low: float, high: float) -> Make:
    """Glide ahead or back in guard, the foot on that side first, never crossing the feet."""

    def make(m: Maker) -> Tracks:
        f = Fighter(m)
        for _ in range(int(m.rng.integers(3, 7))):
            if low > 0 and m.rng.random() < 0.2:
                f.advance(0.0, 0.4, f.stance)
                f.guard(0.0, 0.4)
                f.wait(0.4)
            f.glide(float(m.rng.uniform(low, high)) * m.size)
            f.wait(float(m.rng.uniform(0.0, 0.2)))
        return f.finish()

    return make


def _dodge(m: Maker) -> Tracks:
    f = Fighter(m) if m.rng.random() < 0.5 else other_lead(m)
    for _ in range(m.count):
        f.sway(-1.0, float(m.rng.uniform(0.45, 0.75)))
    return f.finish()


def _switch(m: Maker) -> Tracks:
    """Hop so that the other foot leads."""
    f = Fighter(m)
    for _ in range(int(m.rng.integers(1, 4))):
        f.shift(0.0, 0.4, f.stance, 1 - f.lead, 0.05)
        f.guard(0.0, 0.45)
        f.wait(float(m.rng.uniform(0.6, 1.0)))
    return f.finish()


def _taunt(m: Maker) -> Tracks:
    """Drop the guard, stretch the arms out or beckon with the leading hand, and go back to the guard."""
    f = Fighter(m, stands=False)
    x, z = f.spot(0.0, -0.06)
    f.to(0.0, 0.5, pelvis=(x, 0.02, z), spine=(-0.08, 0.0, 0.0), nod=-0.15)
    if m.rng.random() < 0.5:
        for limb in (LEFT, RIGHT):
            f.limb(0.0, 0.6, limb, hand=(0.75, -0.05 + 0.1 * limb, 0.4))
        f.to(0.9, 1.3, spine=(-0.05, 0.15, 0.1))
        f.wait(float(m.rng.uniform(1.2, 1.8)))
    else:
        f.limb(0.1, 0.5, 1 - f.lead, hand=(0.1, -0.7, 0.2))
        for i in range(int(m.rng.integers(2, 4))):
            f.limb(0.4 * i, 0.4 * i + 0.2, f.lead, hand=f.toward(f.lead, 0.1, 0.0, 0.75))
            f.limb(0.4 * i + 0.2, 0.4 * i + 0.4, f.lead, hand=f.toward(f.lead, 0.1, 0.1, 0.42))
        f.wait(1.5)
    f.guard(0.0, 0.6)
    f.settle(0.0, 0.6)
    f.wait(0.7)
    return f.finish()


def _stance_walk(m: Maker) -> Tracks:
    """Walk in long, low stances, hands down or fists at the hips."""
    f = Fighter(m, replace(FRONT, drop=FRONT.drop + float(m.rng.uniform(-0.05, 0.06))), True, stands=False)
    hands = AT_HIP if m.rng.random() < 0.4 else (0.3, -0.8, 0.2)
    for limb in (LEFT, RIGHT):
        f.points[f"hand{limb}"] = [(0.0, hands)]
    for _ in range(int(m.rng.integers(3, 6))):
        f.advance(0.0, 0.8, f.stance)
        f.wait(float(m.rng.uniform(0.9, 1.4)))
    return f.tracks(0.4)


def _form(m: Maker) -> Tracks:
    """A kata: blocks, punches and kicks in long stances, with turns between them; bows out to standing."""
    f = Fighter(m, FRONT, True, stands=True)
    names = list(TECHNIQUES)
    for i in range(int(m.rng.integers(4, 8))):
        if i and m.rng.random() < 0.55:
            f.face(float(m.rng.choice([-1, 1, 2])) * np.pi / 2)
        technique(f, str(m.rng.choice(names)))
        f.wait(float(m.rng.uniform(0.05, 0.5)))
        if m.rng.random() < 0.4:
            f.reverse_punch()
            f.wait(float(m.rng.uniform(0.0, 0.3)))
        if m.rng.random() < 0.2:
            f.kick(front(float(m.rng.uniform(-0.3, 0.15))), 1 - f.lead, True)
    return f.finish()


# fmt: off
MARTIAL: tuple[Action, ...] = (
    Action("lunge punch", _karate("punch"),
           ("steps forward into a long stance and punches with the {side} fist",
            "does a karate lunge punch with the {side} hand"),
           BOTH, ("does karate lunge punches, left and right in turn", "steps forward with a punch at every step"), (2, 3, 4)),
    Action("low block", _karate("low block"),
           ("does a karate low block with the {side} arm", "sweeps the {side} forearm down over the front knee"),
           BOTH, ("does low blocks with both arms in turn", "steps forward with a downward block at every step"), (2, 3, 4)),
    Action("knife-hand block", _karate("knife-hand block"),
           ("does a knife-hand block with the {side} hand", "blocks with the edge of the open {side} hand in a back stance"),
           BOTH, ("does knife-hand blocks, left and right in turn", "steps with open-handed blocks in back stance"), (2, 3, 4)),
    Action("inside block", _karate("inside block"),
           ("does a middle block with the {side} forearm upright",
            "swings the {side} forearm across the chest in a karate block"),
           BOTH, ("does middle blocks with both forearms in turn", "steps forward with a forearm block at every step"), (2, 3)),
    Action("axe kick", kicking("axe", -0.1, 0.25),
           ("gives an axe kick with the {side} leg", "swings the straight {side} leg up high and down onto a target"), SIDES),
    Action("crescent kick", kicking("crescent", -0.1, 0.25),
           ("gives a crescent kick with the {side} leg", "sweeps the {side} leg in an arc before the face"), SIDES),
    Action("spinning kick", kicking("spinning", -0.1, 0.25),
           ("spins around and kicks with the {side} leg", "does a spinning kick with the {side} foot"), SIDES),
    Action("double kick", kicking("double", -0.1, 0.2),
           ("kicks twice with the {side} leg without putting it down", "does a double kick, low and high, with the {side} foot"),
           SIDES),
    Action("backfist", strikes("backfist", -0.1, 0.15),
           ("strikes with the back of the {side} fist", "throws a backfist with the {side} hand"), SIDES, counts=(1, 2)),
    Action("shadow boxing", _shadow_box,
           ("shadow boxes", "throws a combination of punches in the air", "boxes against an imaginary opponent")),
    Action("fighting stance", _ready,
           ("takes up a fighting stance", "gets ready to fight, fists up", "stands in a fighting stance and waits")),
    Action("dodge", _dodge, ("dodges to the {side}", "slips a punch, leaning to the {side}"), SIDES, counts=(1, 2)),
    Action("taunt", _taunt, ("taunts an opponent", "spreads the arms to provoke an opponent", "dares someone to attack")),
    Action("advance in guard", _footwork(0.22, 0.45),
           ("advances in a fighting stance", "shuffles forward with the guard up", "moves in on an opponent")),
    Action("retreat in guard", _footwork(-0.45, -0.22),
           ("retreats in a fighting stance", "shuffles backward with the guard up", "backs away from an opponent")),
    Action("switch stance", _switch,
           ("switches stance", "hops from one fighting stance into the other", "changes the front foot in guard")),
    Action("karate form", _form,
           ("performs a kata", "does a karate form with blocks, punches and turns", "practises a sequence of karate techniques")),
    Action("karate stance walk", _stance_walk,
           ("walks in a low karate stance", "steps forward in long front stances", "moves ahead with deep karate steps")),
)
# fmt: on
