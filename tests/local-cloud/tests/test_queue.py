"""A FIFO queue whose messages a regional function takes: order, partial failures, dead letters, and the function's surroundings."""

import json
import urllib.request

from case import Case

# Writes what it was given to the log, refuses messages that say so, and tells what it runs in.
WRITER = """
exports.handler = async (event) => {
  if (!event.Records) return { scheduled: event, environment: process.env, now: Date.now() };
  const failed = [];
  for (const record of event.Records) {
    if (failed.length === 0 && !record.body.startsWith('bad')) console.log(JSON.stringify({
      body: record.body, group: record.attributes.MessageGroupId, sent: Number(record.attributes.SentTimestamp) }));
    else failed.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures: failed };
};
"""


def connection(arn):
    return {
        "EventSourceArn": arn,
        "FunctionName": "writer",
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }


class Writer(Case):
    REGION = "us-east-1"

    def setUp(self):
        super().setUp()
        self.sqs = self.cloud.client("sqs", region=self.REGION)
        self.functions = self.cloud.client("lambda", region=self.REGION)
        self.logs = self.cloud.client("logs", region=self.REGION)

    def queue(self, name="store.fifo", **attributes):
        wanted = {"FifoQueue": "true", "VisibilityTimeout": "30", **attributes}
        url = self.sqs.create_queue(QueueName=name, Attributes=wanted)["QueueUrl"]
        return url, self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def taker(self, *actions):
        """A role that may do this with any queue."""
        arn = self.role("taker", ["lambda.amazonaws.com"])
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.cloud.client("iam").put_role_policy(RoleName="taker", PolicyName="p", PolicyDocument=document)
        return arn

    def writer(self, name="writer", actions=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), **changes):
        self.functions.create_function(
            FunctionName=name,
            Runtime="nodejs24.x",
            Role=self.taker(*actions),
            Handler="index.handler",
            Code={"ZipFile": self.function_zip(WRITER)},
            Timeout=10,
            Environment={"Variables": {"STORE": "main"}},
            **changes,
        )
        self.until(lambda: self.functions.get_function(FunctionName=name)["Configuration"]["State"] == "Active")

    def mapping(self, arn):
        return self.functions.create_event_source_mapping(**connection(arn))

    def enabled(self, mapping):
        self.until(lambda: self.functions.get_event_source_mapping(UUID=mapping)["State"] == "Enabled")

    def send(self, url, *bodies):
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="store", MessageDeduplicationId=body)

    def taken(self):
        """What the function logged, in order."""
        try:
            events = self.logs.filter_log_events(logGroupName="/aws/lambda/writer")["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        lines = [event["message"] for event in events]
        return [json.loads(line[line.index("{") :]) for line in lines if '{"body"' in line]

    def ahead(self, seconds):
        self.cloud.advance(seconds)

    def tearDown(self):
        self.cloud.advance(None)
        super().tearDown()

    def count(self, url, attribute="ApproximateNumberOfMessages"):
        both = [attribute, "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=both)["Attributes"]
        return sum(int(value) for value in found.values())


class Queue(Writer):
    def test_messages_of_a_group_arrive_in_order_and_are_removed(self):
        url, arn = self.queue()
        self.writer()
        self.mapping(arn)
        bodies = [f"m{number:02}" for number in range(23)]
        self.send(url, *bodies)
        self.until(lambda: len(self.taken()) == len(bodies), seconds=30)
        self.assertEqual([one["body"] for one in self.taken()], bodies)
        self.assertEqual({one["group"] for one in self.taken()}, {"store"})
        self.until(lambda: self.count(url) == 0)
        self.send(url, *bodies[:1])
        self.assertEqual(self.count(url), 0, "the same deduplication id within five minutes")

    def test_a_refused_message_and_those_behind_it_come_again_in_order(self):
        url, arn = self.queue(VisibilityTimeout="10")
        self.writer()
        self.mapping(arn)
        self.send(url, "m1", "bad", "m2")
        self.until(lambda: len(self.taken()) == 1, seconds=30)
        # The group waits for its first message: nothing overtakes it, however long.
        self.ahead(11)
        self.assertEqual([one["body"] for one in self.taken()], ["m1"])
        self.assertEqual(self.count(url), 2)

    def test_a_message_that_is_refused_too_often_goes_to_the_dead_letters(self):
        dead, dead_arn = self.queue("dead.fifo")
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
        url, arn = self.queue(VisibilityTimeout="10", RedrivePolicy=redrive)
        self.writer()
        self.mapping(arn)
        self.send(url, "bad")

        def buried():
            self.ahead(11)
            return self.count(dead) == 1

        self.until(buried, seconds=30)
        self.assertEqual(self.count(url), 0)
        self.send(url, "m1")
        self.until(lambda: [one["body"] for one in self.taken()] == ["m1"], seconds=30)

    def test_a_function_that_could_not_finish_in_time_is_not_connected(self):
        url, arn = self.queue(VisibilityTimeout="9")
        self.writer()
        create = self.functions.create_event_source_mapping
        message = "visibility timeout: 9 seconds is less than Function timeout: 10"
        self.refused("InvalidParameterValueException", create, **connection(arn), message=message)

    def test_a_function_that_may_not_read_the_queue_is_not_connected(self):
        _, arn = self.queue()
        self.writer(actions=("sqs:ReceiveMessage", "sqs:GetQueueAttributes"))
        message = "does not have permissions to call DeleteMessage"
        create = self.functions.create_event_source_mapping
        self.refused("InvalidParameterValueException", create, **connection(arn), message=message)

    def test_a_batch_of_a_fifo_queue_has_at_most_ten_and_no_window(self):
        _, arn = self.queue()
        self.writer()
        code = "InvalidParameterValueException"
        wanted = {"EventSourceArn": arn, "FunctionName": "writer"}
        create = self.functions.create_event_source_mapping
        self.refused(code, create, **wanted, BatchSize=11)
        self.refused(code, create, **wanted, BatchSize=10, MaximumBatchingWindowInSeconds=1)

    def test_a_mapping_is_alone_and_takes_its_time(self):
        _, arn = self.queue()
        self.writer()
        self.cloud.admin("/delays", {"event_source_ms": 400})
        try:
            made = self.mapping(arn)
        finally:
            self.cloud.admin("/delays", {"event_source_ms": 200})
        self.assertEqual(made["State"], "Creating")
        self.refused("ResourceConflictException", self.functions.create_event_source_mapping, **connection(arn))
        self.refused("ResourceInUseException", self.functions.delete_event_source_mapping, UUID=made["UUID"])
        self.enabled(made["UUID"])
        deleted = self.functions.delete_event_source_mapping(UUID=made["UUID"])
        self.assertEqual(deleted["State"], "Deleting")
        self.refused("ResourceConflictException", self.functions.create_event_source_mapping, **connection(arn))

        def gone():
            try:
                self.assertEqual(self.functions.get_event_source_mapping(UUID=made["UUID"])["State"], "Deleting")
            except self.functions.exceptions.ResourceNotFoundException:
                return True

        self.until(gone)
        self.mapping(arn)

    def test_a_deleted_name_rests_where_asked(self):
        url, _ = self.queue()
        self.cloud.admin("/delays", {"queue_name_ms": 300})
        try:
            self.sqs.delete_queue(QueueUrl=url)
        finally:
            self.cloud.admin("/delays", {"queue_name_ms": 0})
        wanted = {"QueueName": "store.fifo", "Attributes": {"FifoQueue": "true"}}
        self.refused("QueueDeletedRecently", self.sqs.create_queue, **wanted)

        def made():
            try:
                return self.sqs.create_queue(**wanted)
            except self.sqs.exceptions.QueueDeletedRecently:
                return None

        self.until(made)

    def test_a_rule_with_targets_stays(self):
        self.writer()
        rules = self.cloud.client("events")
        rules.put_rule(Name="prune", ScheduleExpression="rate(1 day)")
        function = self.functions.get_function(FunctionName="writer")["Configuration"]["FunctionArn"]
        rules.put_targets(Rule="prune", Targets=[{"Id": "1", "Arn": function}])
        self.refused("ValidationException", rules.delete_rule, Name="prune")

    def test_faults_tell_callers_apart(self):
        self.cloud.admin("/faults", {"account": self.account, "kind": "denied", "agent": "zt-store-writer", "count": 0})
        self.sqs.list_queues()
        other = self.cloud.client("sqs", user_agent="zt-store-writer")
        self.refused("AccessDenied", other.list_queues)
        self.assertEqual(self.cloud.calls()[-1]["agent"], "zt-store-writer")

    def test_what_was_made_is_in_the_ledger_until_it_is_deleted(self):
        url, arn = self.queue()
        self.writer()
        mapping = self.mapping(arn)["UUID"]
        rule = self.cloud.client("events")
        rule.put_rule(Name="prune", ScheduleExpression="rate(1 day)")
        function = self.functions.get_function(FunctionName="writer")["Configuration"]["FunctionArn"]
        rule.put_targets(Rule="prune", Targets=[{"Id": "1", "Arn": function}])
        self.logs.create_log_group(logGroupName="/aws/lambda/writer")

        def left():
            return sorted(f"{o['service']} {o['type']}" for o in self.cloud.admin(f"/created?account={self.account}")["objects"])

        made = ["events rule", "events rule", "iam role", "iam role", "lambda event-source-mapping", "lambda function"]
        self.assertEqual(left(), [*made, "logs log-group", "sqs queue"])
        self.enabled(mapping)
        self.functions.delete_event_source_mapping(UUID=mapping)
        rule.remove_targets(Rule="prune", Ids=["1"])
        rule.delete_rule(Name="prune")
        self.functions.delete_function(FunctionName="writer")
        self.sqs.delete_queue(QueueUrl=url)
        self.logs.delete_log_group(logGroupName="/aws/lambda/writer")
        self.assertEqual(left(), ["iam role", "iam role"])


class Abroad(Writer):
    REGION = "eu-central-1"

    def test_a_queue_and_its_function_live_in_the_region_of_their_store(self):
        url, arn = self.queue(VisibilityTimeout="9")
        self.assertIn(f":{self.REGION}:", arn)
        self.writer()
        message = "visibility timeout: 9 seconds"
        create = self.functions.create_event_source_mapping
        self.refused("InvalidParameterValueException", create, **connection(arn), message=message)
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
        self.mapping(arn)
        self.send(url, "m1", "m2")
        self.until(lambda: [one["body"] for one in self.taken()] == ["m1", "m2"], seconds=30)
        self.assertEqual(self.cloud.client("lambda").list_functions()["Functions"], [])


class Surroundings(Writer):
    def test_a_function_is_told_of_the_endpoints_and_its_own_variables(self):
        self.writer()
        answer = self.functions.invoke(FunctionName="writer", Payload=b'{"prune":true}')
        told = json.loads(answer["Payload"].read())
        self.assertEqual(told["scheduled"], {"prune": True})
        environment = told["environment"]
        self.assertEqual(environment["STORE"], "main")
        self.assertEqual(environment["AWS_ENDPOINT_URL"], self.cloud.endpoint)
        self.assertEqual(environment["AWS_ACCESS_KEY_ID"], self.account)

    def test_time_moves_for_queue_and_function_alike(self):
        url, _ = self.queue()
        self.writer()
        before = self.cloud.now()
        self.ahead(3600)

        def told():
            answer = self.functions.invoke(FunctionName="writer", Payload=b"{}")
            return json.loads(answer["Payload"].read())["now"]

        self.until(lambda: told() - before >= 3_600_000)
        self.send(url, "m")
        [message] = self.sqs.receive_message(QueueUrl=url, AttributeNames=["SentTimestamp"])["Messages"]
        self.assertGreaterEqual(int(message["Attributes"]["SentTimestamp"]) - before, 3_600_000)

    def test_a_schedule_invokes_when_the_clock_reaches_it(self):
        self.writer()
        rules = self.cloud.client("events")
        rules.put_rule(Name="prune", ScheduleExpression="rate(1 day)")
        function = self.functions.get_function(FunctionName="writer")["Configuration"]["FunctionArn"]
        rules.put_targets(Rule="prune", Targets=[{"Id": "1", "Arn": function, "Input": '{"Records":[{"body":"tick","attributes":{}}]}'}])
        self.ahead(86_401)
        self.until(lambda: [one["body"] for one in self.taken()] == ["tick"], seconds=30)
