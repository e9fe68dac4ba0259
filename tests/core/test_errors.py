from leafout.core.errors import GateError, LeafoutError, StoreError


def test_an_error_is_told_in_three_parts() -> None:
    error = LeafoutError("unknown key `min_char`", where="chains/金融.yaml:4 [clean]", hint="did you mean `min_chars`?")
    assert str(error) == ("unknown key `min_char`\n  --> chains/金融.yaml:4 [clean]\n\nhint: did you mean `min_chars`?")
    assert str(LeafoutError("x")) == "x"


def test_each_kind_has_its_exit_code() -> None:
    assert (LeafoutError("").exit_code, StoreError("").exit_code, GateError("").exit_code) == (2, 2, 3)
