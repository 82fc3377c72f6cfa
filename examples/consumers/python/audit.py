"""Prints what reached which cluster, who brought it, and what failed.

It reads the topic PREFIX.results by the rules for readers in docs/events.md:

- only committed records (isolation.level=read_committed)
- the type is in the header ce_type; unknown types and unknown fields are skipped
- an event whose id (ce_id) was seen before is a duplicate
- offsets have gaps, so the end of a partition is what the broker reports, never a count
"""

import argparse
import json
import sys
import uuid
from collections import OrderedDict

from confluent_kafka import Consumer, KafkaError, KafkaException

# How each type is printed. The schema of each is served by every API, see docs/events.md.
OUTCOMES = {
    "dev.sluice.applied.v1": "applied",
    "dev.sluice.unchanged.v1": "unchanged",
    "dev.sluice.superseded.v1": "superseded",
    "dev.sluice.parked.v1": "parked",
    "dev.sluice.removed.v1": "removed",
}
DISPATCHED = "dev.sluice.dispatched.v1"

# A program that runs for months must not remember every id: duplicates follow each other closely.
REMEMBERED = 100_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kafka", default="localhost:9092", help="HOST:PORT[,HOST:PORT]")
    parser.add_argument("--prefix", default="sluice", help="the installation's --topic-prefix")
    parser.add_argument("--follow", action="store_true", help="go on after the newest record")
    options = parser.parse_args()

    consumer = Consumer(
        {
            "bootstrap.servers": options.kafka,
            # A group of its own, without commits: each run reads from the beginning. A service
            # would use a fixed group and commit what it has stored.
            "group.id": f"audit-example-{uuid.uuid4()}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    topic = f"{options.prefix}.results"
    described = consumer.list_topics(topic, timeout=30).topics[topic]
    if described.error:
        sys.exit(
            f"{options.kafka} has no topic {topic} ({described.error.str()}): "
            "is --prefix the installation's --topic-prefix?"
        )
    partitions = described.partitions
    consumer.subscribe([topic])
    audit = Audit()
    ended = set()
    try:
        while options.follow or len(ended) < len(partitions):
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(message.error())
                ended.add(message.partition())
                continue
            line = audit.line(message)
            if line:
                print(line, flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


class Audit:
    """Turns records into lines. Knows who brought a target from the `dispatched` before it."""

    def __init__(self):
        self.seen = OrderedDict()
        self.actors = OrderedDict()

    def line(self, message):
        headers = {name: (value or b"").decode() for name, value in message.headers() or []}
        if not remember(self.seen, headers.get("ce_id", ""), True):
            return None
        kind = headers.get("ce_type")
        if kind == DISPATCHED:
            event = json.loads(message.value())
            # `subject.target` is the id of the target, the same in all events about it.
            actor = event["provenance"].get("actor", "-")
            remember(self.actors, event["subject"]["target"], actor)
            return None
        if kind not in OUTCOMES:
            return None
        event = json.loads(message.value())
        subject = event["subject"]
        words = [
            headers["ce_time"],
            f"{subject['cluster']}/{subject['application']}",
            f"generation {subject['generation']}",
            OUTCOMES[kind],
            # Optional fields are left out when they are empty: a removal has no commit.
            subject.get("commit", "-"),
            f"by {quoted(self.actors.get(subject['target'], '-'))}",
        ]
        if "failure" in event:
            words.append(f"{event['failure']['code']}: {quoted(event['failure']['message'])}")
        return " ".join(words)


def quoted(text):
    """Quotes text of others: a line break in it would forge a line of the output."""
    return json.dumps(text)


def remember(known, key, value):
    """Adds a key to a bounded map; returns whether it is new."""
    if key in known:
        return False
    known[key] = value
    if len(known) > REMEMBERED:
        known.popitem(last=False)
    return True


if __name__ == "__main__":
    main()
