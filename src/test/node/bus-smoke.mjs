// Smoke checks of the JavaScript SDK. Usage: node bus-smoke.mjs CONNECTION_STRING
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const client = new ServiceBusClient(process.argv[2], { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } });
const manual = { maxAutoLockRenewalDurationInMs: 0 };
const one = async (receiver) => {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  assert.ok(message, "a message in time");
  return message;
};
const nothing = async (receiver) =>
  assert.equal((await receiver.receiveMessages(1, { maxWaitTimeInMs: 300 })).length, 0);

const checks = {
  async "send, receive, complete"() {
    const sender = client.createSender("plain");
    const receiver = client.createReceiver("plain", manual);
    await sender.sendMessages({ body: { a: 1 }, subject: "s", applicationProperties: { n: 7 }, contentType: "application/json" });
    const message = await one(receiver);
    assert.deepEqual(message.body, { a: 1 });
    assert.equal(message.subject, "s");
    assert.deepEqual(message.applicationProperties, { n: 7 });
    assert.equal(message.deliveryCount, 0);
    assert.ok(await receiver.renewMessageLock(message) > new Date(0));
    await receiver.completeMessage(message);
    await nothing(receiver);
    await receiver.close();
  },
  async "batch, array, peek"() {
    const sender = client.createSender("plain");
    const receiver = client.createReceiver("plain", { ...manual, receiveMode: "receiveAndDelete" });
    const batch = await sender.createMessageBatch();
    for (let i = 0; i < 50; i++) assert.ok(batch.tryAddMessage({ body: `m${i}` }));
    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: "m50" }, { body: "m51" }]);
    assert.equal((await receiver.peekMessages(100)).length, 52);
    const bodies = [];
    while (bodies.length < 52) bodies.push(...(await receiver.receiveMessages(60, { maxWaitTimeInMs: 5_000 })).map((m) => m.body));
    assert.deepEqual(bodies, [...Array(52).keys()].map((i) => `m${i}`));
    await receiver.close();
  },
  async "abandon, defer, dead-letter"() {
    const receiver = client.createReceiver("plain", manual);
    await client.createSender("plain").sendMessages({ body: "x" });
    await receiver.abandonMessage(await one(receiver), { why: "busy" });
    let message = await one(receiver);
    assert.equal(message.deliveryCount, 1);
    assert.equal(message.applicationProperties.why, "busy");
    await receiver.deferMessage(message);
    [message] = await receiver.receiveDeferredMessages([message.sequenceNumber]);
    await receiver.deadLetterMessage(message, { deadLetterReason: "r", deadLetterErrorDescription: "d" });
    const letters = client.createReceiver("plain", { ...manual, subQueueType: "deadLetter" });
    message = await one(letters);
    assert.equal(message.deadLetterReason, "r");
    assert.equal(message.deadLetterErrorDescription, "d");
    await letters.completeMessage(message);
    await receiver.close();
    await letters.close();
  },
  async "schedule, cancel"() {
    const sender = client.createSender("plain");
    const numbers = await sender.scheduleMessages([{ body: "later" }, { body: "never" }], new Date(Date.now() + 3_600_000));
    assert.equal(numbers.length, 2);
    const receiver = client.createReceiver("plain", manual);
    assert.equal((await receiver.peekMessages(5, { fromSequenceNumber: numbers[0] }))[0].state, "scheduled");
    await sender.cancelScheduledMessages(numbers);
    await nothing(receiver);
    await receiver.close();
  },
  async "sessions"() {
    const sender = client.createSender("sessions");
    await sender.sendMessages([{ body: "a", sessionId: "one" }, { body: "b", sessionId: "one" }]);
    const session = await client.acceptNextSession("sessions", manual);
    assert.equal(session.sessionId, "one");
    assert.ok(session.sessionLockedUntilUtc > new Date());
    assert.ok(await session.renewSessionLock() > new Date());
    await session.setSessionState({ at: 1 });
    assert.deepEqual(await session.getSessionState(), { at: 1 });
    const other = new ServiceBusClient(process.argv[2], { retryOptions: { maxRetries: 0 } });
    await assert.rejects(other.acceptSession("sessions", "one"), { code: "SessionCannotBeLocked" });
    await other.close();
    for (const body of ["a", "b"]) {
      const message = await one(session);
      assert.equal(message.body, body);
      await session.completeMessage(message);
    }
    await session.close();
  },
  async "subscribe"() {
    const receiver = client.createReceiver("plain", manual);
    const seen = [];
    const done = new Promise((resolve, reject) =>
      receiver.subscribe(
        { processMessage: async (m) => { if (seen.push(m.body) === 5) resolve(); }, processError: async (e) => reject(e.error) },
        { maxConcurrentCalls: 2 }));
    await client.createSender("plain").sendMessages([1, 2, 3, 4, 5].map((body) => ({ body })));
    await done;
    assert.deepEqual(seen.sort(), [1, 2, 3, 4, 5]);
    await receiver.close();
  },
  async "topics and rules"() {
    const rules = client.createRuleManager("topic", "sub");
    const names = async () => { const all = []; for await (const r of rules.listRules()) all.push(r.name); return all; };
    assert.deepEqual(await names(), ["$Default"]);
    await rules.createRule("sql", { sqlExpression: "size > 10" });
    await rules.createRule("label", { subject: "yes", applicationProperties: { color: "red" } });
    await rules.deleteRule("$Default");
    assert.deepEqual((await names()).sort(), ["label", "sql"]);
    const sender = client.createSender("topic");
    await sender.sendMessages([
      { body: "big", applicationProperties: { size: 11 } },
      { body: "small", applicationProperties: { size: 1 } },
      { body: "red", subject: "yes", applicationProperties: { color: "red" } },
    ]);
    const receiver = client.createReceiver("topic", "sub", { ...manual, receiveMode: "receiveAndDelete" });
    assert.equal((await one(receiver)).body, "big");
    assert.equal((await one(receiver)).body, "red");
    await nothing(receiver);
    await receiver.close();
  },
  async "refusals"() {
    await assert.rejects(client.createSender("missing").sendMessages({ body: 1 }), { code: "MessagingEntityNotFound" });
  },
};

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log("ok", name);
}
await client.close();
