"""Secrets that everybody knows. They make a first start possible; production settings refuse them."""

SECRET_KEY = "demo-secret-key-known-to-everybody-do-not-use-in-production-0000"  # noqa: S105
FIELD_KEY = "ZGVtby1maWVsZC1rZXkta25vd24tdG8tZXZlcnkhISE="  # 32 bytes, base64
INDEX_KEY = "ZGVtby1pbmRleC1rZXkta25vd24tdG8tZXZlcnkhISE="  # 32 bytes, base64
