"""The two networks (PP-OCRv4: where lines are, what they say), run by onnxruntime on the models of rapidocr's wheel.

Source of models and constants: PaddleOCR, "PP-OCRv4" (Apache-2.0), as rapidocr-onnxruntime 1.4 ships them; of that
package nothing but the two files is used. Baidu, "Real-time Scene Text Detection with Differentiable Binarization"
(arXiv:1911.08947) for the meaning of the first network's answer.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

THREADS = 2
"""Of onnxruntime for one network; a second pair would only wait for the same two cores."""
SPIN_MICROSECONDS = 100
"""That a thread waits for work before it sleeps."""
PARTS = 4
"""Into so many parts per thread the rest of a step is cut again and again."""
MODELS = "rapidocr_onnxruntime"
NEEDED = ("onnxruntime", "cv2", "numpy", "PIL", MODELS)
"""Modules without which no picture is looked at; HEIC and codes are missed one by one (``missing``)."""
OPTIONAL = ("pillow_heif", "zxingcpp")
LINE_HEIGHT = 48
"""Pixels; the height of a line that the second network was trained with."""
SIDES = 32
"""The first network takes pictures whose sides are multiples of this."""


def missing(names: tuple[str, ...] = NEEDED) -> list[str]:
    """Which of the modules are not installed; found without importing them."""
    return [name for name in names if importlib.util.find_spec(name) is None]


class Networks:
    """Both networks, loaded. Safe for one thread at a time."""

    def __init__(self) -> None:
        folder = _models()
        self._where = _session(folder / "ch_PP-OCRv4_det_infer.onnx")
        self._what = _session(folder / "ch_PP-OCRv4_rec_infer.onnx")
        told = self._what.get_modelmeta().custom_metadata_map["character"].splitlines()
        # Class 0 is "no sign here", the last is the space (PaddleOCR, CTCLabelDecode).
        self.signs = ["", *told, " "]

    def where(self, pixels: Any) -> Any:  # noqa: ANN401 - numpy arrays
        """Per pixel (height × width, 0..1) how sure it lies within a line; ``pixels`` are 1 × 3 × height × width."""
        return self._where.run(None, {self._where.get_inputs()[0].name: pixels})[0][0, 0]

    def what(self, pixels: Any) -> Any:  # noqa: ANN401
        """Per step along the lines and sign how sure it is; ``pixels`` are lines × 3 × 48 × width."""
        return self._what.run(None, {self._what.get_inputs()[0].name: pixels})[0]


def _models() -> Path:
    # Not imported: its own imports would cost half a second, and need packages that are left out on purpose.
    spec = importlib.util.find_spec(MODELS)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(MODELS)
    return Path(spec.origin).parent / "models"


def _session(model: Path) -> Any:  # noqa: ANN401 - onnxruntime has no types
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    # The arena keeps the largest pass for good, 300 MB more; without it a pass is no slower here.
    options.enable_cpu_mem_arena = False
    # Threads that wait for each other spin for a millisecond and more by default. On a quiet machine that is as fast as
    # this; on a busy one they spin where the other should work, and a pass takes two to three times as long. Work in
    # smaller parts goes on where a thread that was pushed aside does not.
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN_MICROSECONDS))
    options.add_session_config_entry("session.dynamic_block_base", str(PARTS))
    options.log_severity_level = 4
    return runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
