"""What runs in Rasa only while it serves: the model is not made of it."""
