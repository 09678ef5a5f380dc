"""A worker's lock on a conversation, held in Rasa's own environment: run by `test_worker_locks`."""

import asyncio
import sys

from sqlalchemy import create_engine

from bot.serving.conversation_locks import ConversationLocks

database_url, conversation_id = sys.argv[1:]


async def main() -> None:
    locks = ConversationLocks(create_engine(database_url))
    print("waits", flush=True)
    async with locks.alone(conversation_id):
        print("holds", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    print("left", flush=True)


asyncio.run(main())
