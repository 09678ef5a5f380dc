"""Serve without TensorFlow: no component of this bot computes with it, and it takes ten seconds.

Rasa 3.6.21 imports it by way of three modules that only training uses; the model names one of them
in its training graph, which serving reads and does not run.
"""

import sys
from types import ModuleType

TRAINING_ALONE = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}


def do_without_tensorflow() -> None:
    """Keep TensorFlow out of this process; call before anything of Rasa is imported."""
    # spaCy, for one, tries the import and takes a refusal.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    for name, classes in TRAINING_ALONE.items():
        module = ModuleType(name)
        for class_name in classes:
            setattr(module, class_name, type(class_name, (), {"__module__": name}))
        sys.modules[name] = module
