"""Smoke checks of the Python SDK. Usage: python bus_smoke.py CONNECTION_STRING"""

import sys
from datetime import datetime, timedelta, timezone

from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceiveMode,
    ServiceBusSubQueue,
)
from azure.servicebus.exceptions import MessagingEntityNotFoundError, SessionCannotBeLockedError

client = ServiceBusClient.from_connection_string(sys.argv[1], retry_total=0)


def one(receiver):
    messages = receiver.receive_messages(1, max_wait_time=10)
    assert len(messages) == 1, "a message in time"
    return messages[0]


def nothing(receiver):
    assert receiver.receive_messages(1, max_wait_time=1) == []


def send_receive_complete():
    with client.get_queue_sender("plain") as sender, client.get_queue_receiver("plain") as receiver:
        sender.send_messages(
            ServiceBusMessage("body", subject="s", application_properties={"n": 7})
        )
        message = one(receiver)
        assert str(message) == "body"
        assert message.subject == "s"
        assert message.application_properties == {b"n": 7}
        assert message.delivery_count == 0
        assert receiver.renew_message_lock(message) > datetime.now(timezone.utc)
        receiver.complete_message(message)
        nothing(receiver)


def batch_and_peek():
    with (
        client.get_queue_sender("plain") as sender,
        client.get_queue_receiver(
            "plain", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE
        ) as receiver,
    ):
        batch = sender.create_message_batch()
        for i in range(50):
            batch.add_message(ServiceBusMessage(f"m{i}"))
        sender.send_messages(batch)
        sender.send_messages([ServiceBusMessage("m50"), ServiceBusMessage("m51")])
        assert len(receiver.peek_messages(100)) == 52
        bodies = []
        while len(bodies) < 52:
            bodies += [str(m) for m in receiver.receive_messages(60, max_wait_time=5)]
        assert bodies == [f"m{i}" for i in range(52)]


def abandon_defer_dead_letter():
    with client.get_queue_sender("plain") as sender, client.get_queue_receiver("plain") as receiver:
        sender.send_messages(ServiceBusMessage("x"))
        receiver.abandon_message(one(receiver))
        message = one(receiver)
        assert message.delivery_count == 1
        receiver.defer_message(message)
        (message,) = receiver.receive_deferred_messages([message.sequence_number])
        receiver.dead_letter_message(message, reason="r", error_description="d")
    with client.get_queue_receiver("plain", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as letters:
        message = one(letters)
        assert (message.dead_letter_reason, message.dead_letter_error_description) == ("r", "d")
        letters.complete_message(message)


def schedule_and_cancel():
    with client.get_queue_sender("plain") as sender, client.get_queue_receiver("plain") as receiver:
        numbers = sender.schedule_messages(
            [ServiceBusMessage("later"), ServiceBusMessage("never")],
            datetime.now(timezone.utc) + timedelta(hours=1),
        )
        assert len(numbers) == 2
        assert len(receiver.peek_messages(5, sequence_number=numbers[0])) == 2
        sender.cancel_scheduled_messages(numbers)
        nothing(receiver)


def sessions():
    with client.get_queue_sender("sessions") as sender:
        sender.send_messages([ServiceBusMessage(b, session_id="one") for b in ("a", "b")])
    with client.get_queue_receiver("sessions", session_id=NEXT_AVAILABLE_SESSION) as receiver:
        session = receiver.session
        assert session.session_id == "one"
        assert session.renew_lock() > datetime.now(timezone.utc)
        session.set_state("state")
        assert session.get_state() == b"state"
        with ServiceBusClient.from_connection_string(sys.argv[1], retry_total=0) as other:
            try:
                with other.get_queue_receiver("sessions", session_id="one"):
                    raise AssertionError("a session has one holder")
            except SessionCannotBeLockedError:
                pass
        for body in ("a", "b"):
            message = one(receiver)
            assert str(message) == body
            receiver.complete_message(message)


def subscription():
    with (
        client.get_topic_sender("topic") as sender,
        client.get_subscription_receiver("topic", "sub") as receiver,
    ):
        sender.send_messages(ServiceBusMessage("t", application_properties={"size": 11}))
        message = one(receiver)
        assert str(message) == "t"
        receiver.complete_message(message)


def missing():
    try:
        with client.get_queue_sender("missing") as sender:
            sender.send_messages(ServiceBusMessage("x"))
    except MessagingEntityNotFoundError:
        return
    raise AssertionError("there is no such queue")


for check in (
    send_receive_complete,
    batch_and_peek,
    abandon_defer_dead_letter,
    schedule_and_cancel,
    sessions,
    subscription,
    missing,
):
    check()
    print("ok", check.__name__)
client.close()
