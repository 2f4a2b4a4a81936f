"""What /openapi.json promises, held against real answers: every JSON answer that a test gets is validated here."""

import re

import jsonschema
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "put", "post", "delete", "patch")
PLACE = "sokkuri:openapi"


class Contract:
    """An OpenAPI file. Members of answers that it does not name are faults, too."""

    def __init__(self, document):
        self.document = document
        self.schemas = {name: closed(schema) for name, schema in document["components"]["schemas"].items()}
        whole = {"components": {"schemas": self.schemas}}
        self._registry = Registry().with_resource(PLACE, Resource(contents=whole, specification=DRAFT202012))
        self._operations = [(re.compile(pattern_of(path)), operations) for path, operations in document["paths"].items()]

    def operation(self, method, path):
        """The operation that a request without its query means, or None: pages and assets are not described."""
        found = [operations for pattern, operations in self._operations if pattern.fullmatch(path)]
        # Literal segments win over captures: "/items/{id}" never has the path of another row.
        return found[0].get(method.lower()) if found else None

    def operations(self):
        """(method, path, operation) of all."""
        for path, operations in self.document["paths"].items():
            for method in METHODS:
                if method in operations:
                    yield method.upper(), path, operations[method]

    def faults(self, operation, status, media_type, body):
        """What is wrong with an answer, in words; empty when nothing is. `body`: parsed JSON, or None."""
        answers = operation["responses"]
        promised = answers.get(str(status)) or (answers.get("default") if status >= 400 else None)
        if promised is None:
            return [f"status {status} is not among {sorted(answers)}"]
        contents = promised.get("content", {})
        if not contents:
            return [] if body is None else ["a body where none is promised"]
        for kind, content in contents.items():
            if re.fullmatch(re.escape(kind).replace(r"\*", "[^/]+"), media_type):
                return self.schema_faults(content["schema"], body) if "schema" in content else []
        return [f"content type {media_type!r} is not among {sorted(contents)}"]

    def schema_faults(self, schema, value):
        validator = Draft202012Validator(closed(schema), registry=self._registry,
                                         format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def check_itself(self):
        """Yields what is wrong with the file: schemas that are none, references that lead nowhere, unclear parameters."""
        for name, schema in self.document["components"]["schemas"].items():
            try:
                Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                yield f"schema {name}: {error.message}"
        for reference in references(self.document):
            if not reference.startswith("#/components/schemas/") or reference.rsplit("/", 1)[1] not in self.schemas:
                yield f"reference {reference}"
        names = [operation.get("operationId") for _, _, operation in self.operations()]
        if None in names or len(set(names)) != len(names):
            yield f"operationIds are missing or not unique: {names}"
        for method, path, operation in self.operations():
            captures = set(re.findall(r"{([^}]+)}", path))
            told = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path" and p.get("required")}
            if captures != told:
                yield f"{method} {path}: parameters {told} of captures {captures}"
            for parameter in operation.get("parameters", []):
                if not parameter.get("description") and parameter["in"] == "query":
                    yield f"{method} {path}: {parameter['name']} is not described"


def pattern_of(path):
    return re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))


def closed(schema):
    """The schema with members that it does not name refused, where it does not speak of others itself."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return rebased(result)


def rebased(schema):
    """References into the file, as the registry knows it."""
    if isinstance(schema, dict) and str(schema.get("$ref", "")).startswith("#"):
        return {**schema, "$ref": PLACE + schema["$ref"]}
    return schema


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)
