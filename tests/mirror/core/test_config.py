from pathlib import Path

import pytest

from mirror.core import machine
from mirror.core.settings import ConfigError, load, size_of

COUNT = "a whole number from 1 on, or auto"


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_without_a_file_everything_has_its_default() -> None:
    config = load()
    assert (config.parser.name, config.parser.workers) == ("built-in", "auto")
    assert config.overlay.parts == ()
    assert config.video.preset == "veryfast"


def test_a_file_counts_more_than_defaults_and_a_flag_more_than_both(tmp_path: Path) -> None:
    path = written(tmp_path, "[overlay]\nopacity = 0.3\nlabels = 'people'\n")
    config = load(path, {"overlay.opacity": 0.9, "video.quality": None})
    assert (config.overlay.opacity, config.overlay.labels) == (0.9, "people")
    assert config.video.quality == 20


def test_variables_count_more_than_a_file_and_a_flag_more_than_both(tmp_path: Path) -> None:
    path = written(tmp_path, "[serve]\nport = 1\nroom = 2\nhost = '10.0.0.1'\n")
    environ = {
        "MIRROR_SERVE_PORT": "3",
        "MIRROR_SERVE_ROOM": "4",
        "MIRROR_SERVE_TOKENS": "5",  # a file's name, which may be a number
        "MIRROR_SERVE_CAMERAS": "door=0, yard=http://10.0.0.2/a,b=1",
        "MIRROR_SERVE_GRACE_S": "7",
        "MIRROR_PARSER_WORKERS": "auto",
        "MIRROR_ELSEWHERE": "x",
    }
    config = load(path, {"serve.room": 6}, environ)
    serve = config.serve
    assert (serve.host, serve.port, serve.room, serve.tokens) == ("10.0.0.1", 3, 6, "5")
    assert serve.cameras == ("door=0", "yard=http://10.0.0.2/a", "b=1")
    assert (serve.grace_s, config.parser.workers) == (7.0, "auto")
    assert load(path).serve.port == 1


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("MIRROR_SERVE_PROT", "1", "no key of [serve] is called prot; did you mean port?"),
        ("MIRROR_SERVE_PORT", "high", "serve.port is a whole number, 0 to 65535, got 'high'"),
    ],
)
def test_a_variable_that_is_wrong_is_explained(variable: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(None, None, {variable: text})
    assert "in the environment: " in str(raised.value)
    assert said in str(raised.value)


COUNT = f"is a whole number from 1 to {4 * machine.cores()} (four for each core), or auto"
A_DAY = "is seconds above 0, a day at most"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[overlay]\nopacty = 1", "no key of [overlay] is called opacty; did you mean opacity?"),
        ("[overlays]\nopacity = 1", "no section is called [overlays]; did you mean overlay?"),
        (
            "workers = 2",
            "no section is called [workers]; there are: parser, overlay, video, input, serve",
        ),
        ("[overlay]\nopacity = 1.5", "overlay.opacity is 0 to 1, got 1.5"),
        ("[parser]\nworkers = 0", f"parser.workers {COUNT}, got 0"),
        ("[parser]\nworkers = 'x'", f"parser.workers {COUNT}, got 'x'"),
        ("[parser]\nworkers = true", f"parser.workers {COUNT}, got True"),
        ("[parser]\nthreads = 100000", f"parser.threads {COUNT}, got 100000"),
        *(
            (f"[parser]\nparse_limit_s = {number}", f"parser.parse_limit_s {A_DAY}, got {number}")
            for number in ("inf", "nan", "0", "86401")
        ),
        ("[overlay]\nopacity = nan", "overlay.opacity is 0 to 1, got nan"),
        *(
            (
                f"[input]\nmax_megapixels = {number}",
                f"input.max_megapixels is a number above 0, 2000 at most, got {number}",
            )
            for number in ("inf", "nan", "0", "2147")
        ),
        ("[parser]\nskip_failures = 1", "parser.skip_failures is true or false, got 1"),
        ("[overlay]\nparts = 'head'", "overlay.parts is a list of names, got 'head'"),
        ("[video]\npreset = 3", "video.preset is a text, got 3"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: {said}"


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as TOML"):
        load(written(tmp_path, "opacity: 1"))
    with pytest.raises(ConfigError, match="does not exist"):
        load(tmp_path / "none.toml")


def test_a_flag_of_nonsense_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"video\.quality is a whole number, 0 to 63, got -3"):
        load(flags={"video.quality": -3})


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("384x512", (384, 512)),
        ("64x2048", (64, 2048)),
        ("32x512", None),
        ("512x2080", None),
        ("384x500", None),
        ("396x528", None),
        ("384", None),
        ("auto", None),
    ],
)
def test_an_input_size_is_of_multiples_of_32(text: str, size: tuple[int, int] | None) -> None:
    assert size_of(text) == size
