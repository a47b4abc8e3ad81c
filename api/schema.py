"""What the OpenAPI document must be told. Imported by ApiConfig.ready so that drf-spectacular finds it."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):
    """``Authorization: Bearer clc_…``."""

    target_class = "api.authentication.BearerTokenAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {"type": "http", "scheme": "bearer", "description": "A key made on the page “Khóa API của tôi”."}
