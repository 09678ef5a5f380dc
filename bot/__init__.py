"""What runs inside Rasa: language, analysis, the expertise classifier. Python 3.10."""

import warnings

# Sub-intents of `need` name fields; Rasa expects those of a response selector, which we have not.
warnings.filterwarnings("ignore", message="Your training data contains an example")
