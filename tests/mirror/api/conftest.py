from __future__ import annotations

import parsed_images
import pytest

from mirror.api.parsed_image import ParsedImage


@pytest.fixture
def two() -> ParsedImage:
    return parsed_images.two_people()


@pytest.fixture
def nobody() -> ParsedImage:
    return parsed_images.nobody()
