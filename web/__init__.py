"""What a browser meets: the chat gateway in front of the bot."""
