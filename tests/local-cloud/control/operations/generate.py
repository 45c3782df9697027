"""Writes the REST operation tables from botocore's service models.

Each line is: method, path template, operation name, required headers (S3 only). Query members
that the model requires are appended to the template. The proxy reads the tables to name a request by
the words AWS uses; nothing in them is typed by hand.
"""

import pathlib

import botocore.session

SERVICES = {
    "cloudfront": "cloudfront",
    "cloudfront-keyvaluestore": "cloudfront-keyvaluestore",
    "lambda": "lambda",
    "s3": "s3",
    "scheduler": "scheduler",
}


def rows(service):
    model = botocore.session.get_session().get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        uri, headers = operation.http["requestUri"], []
        shape = operation.input_shape
        for member in shape.required_members if shape else []:
            place = shape.members[member].serialization
            if place.get("location") == "querystring":
                uri += ("&" if "?" in uri else "?") + place["name"]
            elif service == "s3" and place.get("location") == "header":
                headers.append(place["name"].lower())
        # CloudFront's model appends its version to the operation name; the SDKs show it without.
        yield operation.http["method"], uri, name.removesuffix("2020_05_31"), ",".join(headers)


def main():
    here = pathlib.Path(__file__).parent
    for service, file in SERVICES.items():
        lines = sorted("\t".join(row) for row in rows(service))
        (here / f"{file}.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
