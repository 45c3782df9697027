"""KeyValueStores: ARNs, states, limits, imports, and the date of every answer."""

import email.utils
import json
import re
import time

from botocore.exceptions import ClientError

from case import Case

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Stores(Case):
    def setUp(self):
        super().setUp()
        self.data = self.cloud.client("cloudfront-keyvaluestore")

    def etag(self, arn):
        return self.data.describe_key_value_store(KvsARN=arn)["ETag"]

    def test_an_arn_ends_in_a_uuid_everywhere(self):
        arn = self.store("store")
        self.assertRegex(arn, rf"^arn:aws:cloudfront::{self.account}:key-value-store/{UUID}$")
        listed = self.cloudfront.list_key_value_stores()["KeyValueStoreList"]["Items"]
        self.assertEqual([item["ARN"] for item in listed], [arn])
        self.assertEqual(self.data.describe_key_value_store(KvsARN=arn)["KvsARN"], arn)
        self.viewer_function("function", stores=[arn])
        described = self.cloudfront.describe_function(Name="function")["FunctionSummary"]["FunctionConfig"]
        self.assertEqual(described["KeyValueStoreAssociations"]["Items"], [{"KeyValueStoreARN": arn}])
        self.cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "a", "Value": "b"}]})
        tags = self.cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"]
        self.assertEqual(tags, [{"Key": "a", "Value": "b"}])
        by_name = re.sub(UUID, "store", arn)
        self.refused("ResourceNotFoundException", self.data.describe_key_value_store, KvsARN=by_name)

    def test_a_store_is_provisioned_before_it_is_ready(self):
        self.cloud.admin("/delays", {"key_value_store_ms": 500})
        try:
            made = self.cloudfront.create_key_value_store(Name="slow")
        finally:
            self.cloud.admin("/delays", {"key_value_store_ms": 200})
        self.assertEqual(made["KeyValueStore"]["Status"], "PROVISIONING")
        arn = made["KeyValueStore"]["ARN"]
        described = self.data.describe_key_value_store(KvsARN=arn)
        self.assertEqual(described["Status"], "PROVISIONING")
        write = {"KvsARN": arn, "Key": "k", "Value": "v", "IfMatch": described["ETag"]}
        self.refused("ConflictException", self.data.put_key, **write)
        self.until(lambda: self.data.describe_key_value_store(KvsARN=arn)["Status"] == "READY")
        self.data.put_key(**write)

    def test_limits_of_keys_values_and_batches(self):
        arn = self.store()
        cases = [
            [{"Key": f"k{number}", "Value": ""} for number in range(51)],
            [{"Key": "k" * 513, "Value": ""}],
            [{"Key": "k", "Value": "v" * 1025}],
            [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}],
        ]
        for puts in cases:
            etag = self.etag(arn)
            self.refused("ValidationException", self.data.update_keys, KvsARN=arn, IfMatch=etag, Puts=puts)
        full = [{"Key": f"{number:0512}", "Value": "v" * 1024} for number in range(50)]
        written = self.data.update_keys(KvsARN=arn, IfMatch=self.etag(arn), Puts=full)
        self.assertEqual(written["ItemCount"], 50)
        last = {"KvsARN": arn, "IfMatch": written["ETag"]}
        self.refused("ValidationException", self.data.put_key, **last, Key="k", Value="v" * 1025)

    def test_a_store_has_at_most_five_megabytes(self):
        arn = self.store()
        etag, batch = self.etag(arn), 0
        with self.assertRaises(ClientError) as caught:
            for batch in range(80):
                puts = [{"Key": f"{batch:02}{number:0510}", "Value": "v" * 1024} for number in range(50)]
                etag = self.data.update_keys(KvsARN=arn, IfMatch=etag, Puts=puts)["ETag"]
        answer = caught.exception.response
        self.assertEqual(answer["Error"]["Code"], "ServiceQuotaExceededException")
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 402)
        self.assertEqual(batch, 5 * 1024 * 1024 // (50 * (512 + 1024 + 1)))
        replaced = [{"Key": f"00{number:0510}", "Value": "w" * 1024} for number in range(50)]
        self.data.update_keys(KvsARN=arn, IfMatch=etag, Puts=replaced)

    def test_a_pair_counts_one_byte_more_than_its_text(self):
        """The developer guide's example: key1 with value1 makes eleven bytes."""
        arn = self.store()
        written = self.data.put_key(KvsARN=arn, Key="key1", Value="value1", IfMatch=self.etag(arn))
        self.assertEqual((written["ItemCount"], written["TotalSizeInBytes"]), (1, 11))
        self.assertEqual(self.data.describe_key_value_store(KvsARN=arn)["TotalSizeInBytes"], 11)

    def test_writers_meet_by_etag(self):
        arn = self.store()
        first = self.etag(arn)
        self.data.put_key(KvsARN=arn, Key="k", Value="1", IfMatch=first)
        self.refused("ConflictException", self.data.put_key, KvsARN=arn, Key="k", Value="2", IfMatch=first)
        self.assertEqual(self.data.get_key(KvsARN=arn, Key="k")["Value"], "1")

    def test_every_answer_has_a_date_and_a_request_id(self):
        arn = self.store()
        for answer in (self.data.describe_key_value_store(KvsARN=arn), self.cloudfront.list_key_value_stores()):
            metadata = answer["ResponseMetadata"]
            sent = email.utils.parsedate_to_datetime(metadata["HTTPHeaders"]["date"]).timestamp()
            self.assertLess(abs(sent - time.time()), 5)
            self.assertTrue(metadata["RequestId"])

    def test_a_new_store_of_an_old_name_is_empty(self):
        arn = self.store("again")
        self.data.put_key(KvsARN=arn, Key="k", Value="old", IfMatch=self.etag(arn))
        etag = self.cloudfront.describe_key_value_store(Name="again")["ETag"]
        self.cloudfront.delete_key_value_store(Name="again", IfMatch=etag)
        self.refused("ResourceNotFoundException", self.data.describe_key_value_store, KvsARN=arn)
        new = self.store("again")
        self.assertNotEqual(new, arn)
        self.assertEqual(self.data.list_keys(KvsARN=new)["Items"], [])

    def test_pairs_are_imported_from_a_bucket(self):
        bucket = f"import-{self.account}"
        storage = self.cloud.client("s3")
        storage.create_bucket(Bucket=bucket)
        pairs = {"data": [{"key": f"p:{number}", "value": "1000000"} for number in range(200)]}
        storage.put_object(Bucket=bucket, Key="pages/all.json", Body=json.dumps(pairs).encode())
        source = {"SourceType": "S3", "SourceARN": f"arn:aws:s3:::{bucket}/pages/all.json"}
        made = self.cloudfront.create_key_value_store(Name="imported", ImportSource=source)["KeyValueStore"]
        self.until(lambda: self.data.describe_key_value_store(KvsARN=made["ARN"])["Status"] == "READY")
        self.assertEqual(self.data.describe_key_value_store(KvsARN=made["ARN"])["ItemCount"], 200)
        self.assertEqual(self.data.get_key(KvsARN=made["ARN"], Key="p:199")["Value"], "1000000")
        absent = {"SourceType": "S3", "SourceARN": f"arn:aws:s3:::{bucket}/absent.json"}
        create = self.cloudfront.create_key_value_store
        self.refused("InvalidArgument", create, Name="other", ImportSource=absent)
