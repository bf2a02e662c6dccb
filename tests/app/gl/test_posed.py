"""The store of meshes, with meshes that take a while."""

import threading
import time
from types import SimpleNamespace

from motionpatches.app.gl.figure import posed


def test_meshes_are_made_one_after_the_other_once_the_frame_that_asks_is_drawn(monkeypatch):
    under_way, begun, most = [], [], []

    def shape_of(figure):
        under_way.append(figure.key)
        begun.append((figure.key, time.perf_counter()))
        most.append(len(under_way))
        time.sleep(0.02)
        under_way.remove(figure.key)
        return f"mesh of {figure.key}"

    monkeypatch.setattr(posed, "shape_of", shape_of)
    store, rigs = posed.Figures(), [SimpleNamespace(key=(name,)) for name in "abc"]
    asked = time.perf_counter()
    assert [store.shape(rig) for rig in (*rigs, *rigs)] == [None] * 6
    end = asked + 10
    while None in (found := [store.shape(rig) for rig in rigs]) and time.perf_counter() < end:
        time.sleep(0.01)
    assert found == [f"mesh of {rig.key}" for rig in rigs]
    assert [key for key, _ in begun] == [rig.key for rig in rigs] and max(most) == 1
    assert min(at for _, at in begun) >= asked + posed.REST_S


def test_one_who_waits_makes_the_mesh(monkeypatch):
    monkeypatch.setattr(posed, "shape_of", lambda figure: threading.current_thread())
    assert posed.Figures().shape(SimpleNamespace(key="a"), wait=True) is threading.current_thread()
