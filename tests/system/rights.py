"""The user that a guarded cluster knows, and what it may do."""

from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType,
                                   ResourcePatternType, ResourceType)

from kafka import wait_until


def sasl_user(kafka, router):
    """The settings under `kafka:` with which the router signs in as User:ombud."""
    secret = router.folder / "secret"
    secret.write_text("ombud-secret\n")
    return {"bootstrap.servers": kafka.sasl_bootstrap, "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN", "sasl.username": "ombud",
            "sasl.password": {"file": str(secret)}}


def everything(router):
    """Rules that allow what a router needs."""
    return [(resource, router.prefix, ResourcePatternType.PREFIXED, AclOperation.ALL,
             AclPermissionType.ALLOW)
            for resource in (ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)]


def denial(topic, operation=AclOperation.ALL):
    """A rule that takes a right to one topic away."""
    return (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, operation,
            AclPermissionType.DENY)


def change_rights(kafka, rules, remove=False):
    """Adds or removes rules for User:ombud, (resource, name, pattern, operation, permission) each,
    and waits until the broker goes by them: it learns of them later than it answers."""
    bindings = [AclBinding(resource, name, pattern, "User:ombud", "*", operation, permission)
                for resource, name, pattern, operation, permission in rules]
    filters = [AclBindingFilter(b.restype, b.name, b.resource_pattern_type, b.principal, b.host,
                                b.operation, b.permission_type) for b in bindings]
    admin = kafka.admin()
    for future in (admin.delete_acls(filters) if remove else admin.create_acls(bindings)).values():
        future.result(30)
    wait_until(lambda: all(bool(admin.describe_acls(each).result(30)) != remove
                           for each in filters), 30, "the broker to go by the new rights")
