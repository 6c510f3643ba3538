"""`predict`, `population` and `models` as they are called."""

import csv
from pathlib import Path

import pytest

from simulators.command_line import main
from tests.server_process import ROOT

GIVEN = ["--infusion", "0min:60mg/h, 20min:0", "--bolus", "0min:10mg"]
Capture = pytest.CaptureFixture[str]


def table(capsys: Capture, *arguments: str) -> tuple[list[dict[str, str]], str]:
    assert main(list(arguments)) == 0
    said = capsys.readouterr()
    return list(csv.DictReader(said.out.splitlines())), said.err


def ketamine(rows: list[dict[str, str]]) -> list[float]:
    return [float(row["ketamine_ng_per_ml"]) for row in rows]


def test_the_table_runs_from_0_to_the_last_minute(capsys: Capture) -> None:
    rows, remarks = table(capsys, "predict", *GIVEN, "--minutes", "240")
    assert list(rows[0]) == ["minute", "ketamine_ng_per_ml", "norketamine_ng_per_ml"]
    assert [row["minute"] for row in rows] == [str(minute) for minute in range(241)]
    assert float(rows[0]["norketamine_ng_per_ml"]) == 0 < float(rows[30]["norketamine_ng_per_ml"])
    # 5 mg of each enantiomer in 11.6 L, after the bolus.
    assert ketamine(rows)[0] == pytest.approx(10_000 / 11.6, rel=1e-8)
    assert remarks == ""
    rows, _ = table(capsys, "predict", *GIVEN, "--minutes", "10", "--every", "4")
    assert [row["minute"] for row in rows] == ["0", "4", "8", "10"]


@pytest.mark.parametrize(
    ("arguments", "end", "later"),
    [
        (["--model", "domino"], 240, 40),
        (["--model", "clements"], 177, 68),
        (["--model", "fanta"], 161, 69),
        (["--model", "truth"], 300, 52),
        (["--model", "truth", "--site", "venous"], 187, 77),
    ],
)
def test_half_a_mg_per_kg_over_40_min(arguments: list[str], end: float, later: float, capsys: Capture) -> None:
    rows, _ = table(capsys, "predict", *arguments, "--infusion", "0h:0.75mg/kg/h, 40min:0", "--minutes", "100")
    assert [ketamine(rows)[40], ketamine(rows)[100]] == pytest.approx([end, later], abs=1)


def test_units_say_the_same(capsys: Capture) -> None:
    written = (
        "0min:42mg/h, 1h:0",
        "0h:0.5mg/kg/h,60 min:0mg/h",
        "0min:0.7 mg/min,1.0h:0",
        "0min:8.3333333333ug/kg/min,1h:0",
    )
    read = []
    for text in written:
        rows, _ = table(capsys, "predict", "--weight-kg", "84", "--infusion", text, "--minutes", "90")
        read.append(ketamine(rows))
    for one in read[1:]:
        assert one == pytest.approx(read[0], rel=1e-8)
    in_mg, _ = table(capsys, "predict", "--weight-kg", "84", "--bolus", "5min:8.4mg,5min:0mg", "--minutes", "10")
    per_kg, _ = table(capsys, "predict", "--weight-kg", "84", "--bolus", "5min:0.1mg/kg", "--minutes", "10")
    assert in_mg == per_kg
    assert ketamine(in_mg)[4] == 0 < ketamine(in_mg)[5]


def test_twice_the_dose_is_twice_the_concentration(capsys: Capture) -> None:
    once, _ = table(capsys, "predict", "--model", "fanta", "--bolus", "0min:10mg", "--auc")
    twice, _ = table(capsys, "predict", "--model", "fanta", "--bolus", "0min:20mg", "--auc")
    assert ketamine(twice) == pytest.approx([2 * one for one in ketamine(once)], rel=1e-8)


def test_the_area_row(capsys: Capture) -> None:
    rows, _ = table(capsys, "predict", "--model", "fanta", "--drug", "esketamine", *GIVEN, "--minutes", "30", "--auc")
    assert rows[-1]["minute"] == "auc_to_infinity_ng_min_per_ml"
    assert float(rows[-1]["ketamine_ng_per_ml"]) == pytest.approx(30_000 / (95.2 / 60), rel=1e-8)
    assert float(rows[-1]["norketamine_ng_per_ml"]) == pytest.approx(30_000 / (57.7 / 60), rel=1e-8)
    rows, _ = table(capsys, "predict", "--model", "domino", *GIVEN, "--minutes", "30", "--auc")
    assert rows[-1]["norketamine_ng_per_ml"] == "" == rows[5]["norketamine_ng_per_ml"]
    assert float(rows[-1]["ketamine_ng_per_ml"]) == pytest.approx(30_000 / (0.063 * 70 * 0.438), rel=1e-8)


@pytest.mark.parametrize(
    ("model", "said"), [("domino", "venous samples"), ("clements", "does not state"), ("hijazi", "does not state")]
)
def test_a_site_that_a_model_does_not_have_is_remarked(model: str, said: str, capsys: Capture) -> None:
    own, silence = table(capsys, "predict", "--model", model, *GIVEN, "--site", "venous")
    asked, remark = table(capsys, "predict", "--model", model, *GIVEN, "--site", "arterial")
    assert own == asked
    assert silence == ""
    assert said in remark and remark.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([*GIVEN, "--weight-kg", "-70"], "outside 20 to 350"),
        ([*GIVEN, "--weight-kg", "400"], "outside 20 to 350"),
        ([*GIVEN, "--weight-kg", "heavy"], "not a number"),
        ([*GIVEN, "--model", "nobody"], "invalid choice"),
        ([*GIVEN, "--drug", "ketamin"], "invalid choice"),
        ([*GIVEN, "--minutes", "nan"], "outside"),
        ([*GIVEN, "--every", "0"], "outside"),
        ([*GIVEN, "--minutes", "43200", "--every", "0.01"], "rows"),
        (["--infusion", "60mg/h"], "is not like"),
        (["--infusion", "0:60mg/h"], "is not like"),
        (["--infusion", "0min:60mg/h,"], "is not like"),
        (["--infusion", ""], "is not like"),
        (["--infusion", "0min:60mg"], "the unit is one of mg/h"),
        (["--infusion", "0min:60"], "the unit is one of mg/h"),
        (["--infusion", "20min:60mg/h, 0min:0"], "in order"),
        (["--infusion", "0min:60mg/h, 0min:0"], "in order"),
        (["--infusion", "0min:-60mg/h"], "outside 0"),
        (["--infusion", "0min:1e400mg/h"], "outside 0"),
        (["--bolus", "0min:-10mg"], "outside 0"),
        (["--bolus", "0min:10mg/h"], "the unit is one of mg, mg/kg"),
        (["--bolus", "10min:1mg, 5min:1mg"], "in order"),
        (["--bolus", "99999min:1mg"], "time is outside"),
        ([], "--infusion or --bolus is needed"),
        (["--model", "domino", "--drug", "esketamine", *GIVEN], "fitted to the racemate"),
        (["--infusion", "0min:60mg/h", "--auc"], "never ends"),
    ],
)
@pytest.mark.parametrize("command", ["predict", "population"])
def test_what_cannot_be_is_one_line_and_exit_code_2(
    command: str, arguments: list[str], reason: str, capsys: Capture
) -> None:
    try:
        exit_code = main([command, *arguments])
    except SystemExit as ended:
        exit_code = ended.code
    said = capsys.readouterr()
    assert exit_code == 2
    assert reason in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_population_as_percentiles(capsys: Capture) -> None:
    asked = ["population", *GIVEN, "--minutes", "60", "--every", "20", "--patients", "30", "--auc"]
    rows, remarks = table(capsys, *asked)
    assert list(rows[0])[:6] == ["minute", *(f"ketamine_p{part}_ng_per_ml" for part in (5, 25, 50, 75, 95))]
    assert [row["minute"] for row in rows] == ["0", "20", "40", "60", "auc_to_infinity_ng_min_per_ml"]
    for row in rows:
        values = [float(value) for value in list(row.values())[1:6]]
        assert values == sorted(values) and values[0] < values[-1]
    typical, _ = table(capsys, "predict", *GIVEN, "--minutes", "60", "--every", "20")
    assert float(rows[2]["ketamine_p50_ng_per_ml"]) == pytest.approx(ketamine(typical)[2], rel=0.2)
    assert float(rows[3]["norketamine_p50_ng_per_ml"]) > 0
    assert remarks == ""
    assert table(capsys, *asked)[0] == rows
    assert table(capsys, *asked, "--seed", "2")[0] != rows


def test_switches_and_the_clinic_move_a_population(capsys: Capture) -> None:
    asked = ["population", "--model", "domino", *GIVEN, "--minutes", "60", "--every", "60", "--patients", "400"]

    def last(*more: str) -> list[float]:
        rows, remarks = table(capsys, *asked, *more)
        assert "borrowed" in remarks
        return [float(value) for value in list(rows[-1].values())[1:6]]

    usual = last()
    assert last("--inducer")[2] < usual[2] < last("--inhibitor")[2] < last("--liver-disease")[2]
    clinic = last("--variability", "clinic")
    assert clinic[4] - clinic[0] > usual[4] - usual[0]


def test_a_large_population_leaves_norketamine_empty_and_says_so(capsys: Capture) -> None:
    rows, remarks = table(capsys, "population", *GIVEN, "--minutes", "5", "--every", "5", "--patients", "2001")
    assert {row["norketamine_p50_ng_per_ml"] for row in rows} == {""}
    assert "up to 2000 patients" in remarks


def test_every_command_has_a_help(capsys: Capture) -> None:
    for command, said in (("predict", "--infusion"), ("population", "--patients"), ("models", "--help")):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert said in capsys.readouterr().out


def test_the_tables_of_the_readme_are_the_generated_ones(capsys: Capture) -> None:
    assert main(["models"]) == 0
    generated = capsys.readouterr().out
    assert "| 0.5 mg/kg over 40 min | 300 / 52 | 188 / 77 | 240 / 40 | 177 / 68 | 161 / 69 |" in generated
    assert generated in Path(ROOT, "simulators", "README.md").read_text()
