"""What the assistant does: thin rasa-sdk actions over the catalog."""
