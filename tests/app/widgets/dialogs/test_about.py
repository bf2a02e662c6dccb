"""What About says of the device, in whole sentences."""

from motionpatches.app.widgets.dialogs.about import runs_on


def test_device_and_reason_do_not_run_together():
    said = runs_on("CPU, 2 threads", "torch 2.13.0+cpu is a build without CUDA")
    assert said == "Models run on: CPU, 2 threads.\nTorch 2.13.0+cpu is a build without CUDA."
    assert runs_on("", "any") == "No model is loaded yet." and runs_on("CPU", "") == "Models run on: CPU."
