from __future__ import annotations

import pytest

from retrorun.workout.foreign_words import backward_word

MEANT = """
bwd | run in reverse | reverse run | running backward 50 m | run BACKWARDS please | Backward drills | BACKWARD
4x100 backward | backpedal | not forward but backward | retro run | retro walking | Retro 400 | retro
backward, shoulders relaxed | easy backward strides | Run slowly backwards, eyes over the shoulder | jog easy backward
run backward: hips low | no music, run backward | bwd easy
Rückwärts laufen | rückwärtslaufen
rückwärts | Rückwärts 200 m | à reculons | courir à reculons | marche à reculons
corre hacia atrás | correr de espaldas
correre all’indietro | correr para trás | correr de costas | achteruit lopen | achteruit | 倒跑五分钟
后退跑 | 後ろ向き走
"""
NOT_MEANT = """
easy | look back | forward | retrospective | backwardation | retrograde | walk back | jog back to the start
out and back | back straight | shoulders back | shoulders backwards | arms backward | heel flicks backwards
arms go back, hands backward | lean backward | knees drive, elbows swing backward | look backward over the shoulder
no backward lean | do not look backwards | NOT backward | never run backward | don't run backward | avoid backward lean
don’t lean backward | forward instead of backward | count backwards from 20 | backward lunges | then backward skips
Arm circles: 10 forward, 10 backward | retro tunes | retro playlist | wear the retro jersey | backwards cap
hombros hacia atrás | brazos hacia atrás | gorra hacia atrás | no correr hacia atrás | sin correr hacia atrás
épaules en arrière | bras en arrière | tête en arrière | casquette en arrière | ne pas courir à reculons
sans courir à reculons | compte à rebours | Schultern zurück | Arme rückwärts kreisen | Armkreisen rückwärts
Beine rückwärts schwingen | nicht rückwärts laufen | nie rückwärts | ohne rückwärts zu laufen | zurück laufen
spalle all’indietro | testa all'indietro | non correre all'indietro | senza correre all'indietro
ombros para trás | cabeça para trás | não correr para trás | sem correr para trás
schouders achteruit | hoofd achteruit | niet achteruit lopen | zonder achteruit te lopen
"""


def listed(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split("|")]


@pytest.mark.parametrize("text", listed(MEANT))
def test_words_that_mean_running_backward(text: str) -> None:
    assert backward_word(text)


@pytest.mark.parametrize("text", ["", *listed(NOT_MEANT)])
def test_negations_body_parts_drills_and_equipment_do_not(text: str) -> None:
    assert not backward_word(text)


def test_one_sentence_says_nothing_of_the_next() -> None:
    assert backward_word("Shoulders back. Then run backward for 200 m!") == "backward"
    assert not backward_word("Run tall. No backward lean. Smile.")
