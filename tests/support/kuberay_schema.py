"""JSON Schema of what we use of KubeRay's resources, ray.io/v1, as of its version 1.5.

The resources' own schemas have a megabyte each. This one has the fields of the API reference by
name, refuses all others, and knows of pods what our manifests say.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_BOOL: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"type": "object", "additionalProperties": _TEXT}
_QUANTITIES: Schema = {
    "type": "object",
    "additionalProperties": {"type": "string", "pattern": r"^[0-9.]+(m|Ki|Mi|Gi)?$"},
}
_NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}


def _closed(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_CONTAINER = _closed(
    ("name", "image"),
    name=_NAME,
    image=_TEXT,
    envFrom=_list(_closed(secretRef=_closed(("name",), name=_NAME))),
    ports=_list(_closed(("containerPort",), containerPort=_COUNT, name=_NAME)),
    volumeMounts=_list(_closed(("name", "mountPath"), name=_NAME, mountPath=_TEXT, readOnly=_BOOL)),
    resources=_closed(("requests", "limits"), requests=_QUANTITIES, limits=_QUANTITIES),
)
_TEMPLATE = _closed(
    ("spec",),
    metadata={"type": "object"},
    spec=_closed(
        ("containers",),
        containers={**_list(_CONTAINER), "minItems": 1},
        tolerations=_list(
            _closed(
                key=_TEXT,
                operator={"enum": ["Exists", "Equal"]},
                value=_TEXT,
                effect={"enum": ["NoSchedule", "PreferNoSchedule", "NoExecute"]},
            )
        ),
        volumes=_list(_closed(("name",), name=_NAME, secret=_closed(secretName=_NAME))),
    ),
)
_HEAD = _closed(
    ("template",),
    rayStartParams=_TEXTS,
    template=_TEMPLATE,
    serviceType=_TEXT,
    enableIngress=_BOOL,
)
_WORKERS = _closed(
    ("groupName", "minReplicas", "maxReplicas", "template"),
    groupName=_NAME,
    replicas=_COUNT,
    minReplicas=_COUNT,
    maxReplicas=_COUNT,
    numOfHosts=_COUNT,
    idleTimeoutSeconds=_COUNT,
    rayStartParams=_TEXTS,
    template=_TEMPLATE,
)
_CLUSTER = _closed(
    ("headGroupSpec",),
    rayVersion=_TEXT,
    enableInTreeAutoscaling=_BOOL,
    autoscalerOptions=_closed(
        version={"enum": ["v1", "v2"]},
        idleTimeoutSeconds=_COUNT,
        upscalingMode={"enum": ["Default", "Aggressive", "Conservative"]},
    ),
    authOptions=_closed(mode={"enum": ["disabled", "token"]}),
    gcsFaultToleranceOptions=_closed(
        ("redisAddress",), redisAddress=_TEXT, externalStorageNamespace=_TEXT
    ),
    headGroupSpec=_HEAD,
    workerGroupSpecs=_list(_WORKERS),
)
_SPECS = {
    "RayJob": _closed(
        ("entrypoint",),
        entrypoint=_TEXT,
        backoffLimit=_COUNT,
        activeDeadlineSeconds=_COUNT,
        shutdownAfterJobFinishes=_BOOL,
        ttlSecondsAfterFinished=_COUNT,
        submissionMode={"enum": ["K8sJobMode", "HTTPMode", "InteractiveMode"]},
        suspend=_BOOL,
        runtimeEnvYAML=_TEXT,
        rayClusterSpec=_CLUSTER,
    ),
    "RayService": _closed(
        ("serveConfigV2", "rayClusterConfig"), serveConfigV2=_TEXT, rayClusterConfig=_CLUSTER
    ),
}


def schema_of(kind: str) -> Schema:
    """The schema of a resource of a kind."""
    return _closed(
        ("apiVersion", "kind", "metadata", "spec"),
        apiVersion={"const": "ray.io/v1"},
        kind={"const": kind},
        metadata=_closed(("name",), name=_NAME, namespace=_NAME, labels=_TEXTS, annotations=_TEXTS),
        spec=_SPECS[kind],
    )
