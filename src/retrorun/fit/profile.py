"""The FIT messages that this library reads and writes: one table, shared by the reader and the writer.

Numbers, types, scales, offsets and units are those of the public FIT profile; the tests hold them against the profiles
of two independent readers. A message kind that is not in the table is skipped without a look at its content.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FIT_EPOCH_UNIX_S = 631_065_600  # 1989-12-31T00:00:00Z, the zero of every date in FIT
FIRST_DATE = 0x1000_0000  # a date below this counts seconds since the device was switched on (FIT profile, date_time)
SEMICIRCLE_DEG = 180.0 / 2**31  # positions are signed 32-bit fractions of half a circle

TIMESTAMP = 253
MESSAGE_INDEX = 254


@dataclass(frozen=True, slots=True)
class BaseType:
    """How a value lies in the bytes: numpy kind and width, and the value that means "not there"."""

    name: str
    code: int
    kind: str  # numpy's letter: u, i, f, or S for text
    width: int
    invalid: int | None  # None: NaN in floats, an empty string in text


BASE_TYPES = (
    BaseType("enum", 0x00, "u", 1, 0xFF),
    BaseType("sint8", 0x01, "i", 1, 0x7F),
    BaseType("uint8", 0x02, "u", 1, 0xFF),
    BaseType("sint16", 0x83, "i", 2, 0x7FFF),
    BaseType("uint16", 0x84, "u", 2, 0xFFFF),
    BaseType("sint32", 0x85, "i", 4, 0x7FFF_FFFF),
    BaseType("uint32", 0x86, "u", 4, 0xFFFF_FFFF),
    BaseType("string", 0x07, "S", 1, None),
    BaseType("float32", 0x88, "f", 4, None),
    BaseType("float64", 0x89, "f", 8, None),
    BaseType("uint8z", 0x0A, "u", 1, 0),
    BaseType("uint16z", 0x8B, "u", 2, 0),
    BaseType("uint32z", 0x8C, "u", 4, 0),
    BaseType("byte", 0x0D, "u", 1, 0xFF),
    BaseType("sint64", 0x8E, "i", 8, 0x7FFF_FFFF_FFFF_FFFF),
    BaseType("uint64", 0x8F, "u", 8, 0xFFFF_FFFF_FFFF_FFFF),
    BaseType("uint64z", 0x90, "u", 8, 0),
)
BASE_BY_NUMBER = MappingProxyType({base.code & 0x1F: base for base in BASE_TYPES})
BASE_BY_NAME = MappingProxyType({base.name: base for base in BASE_TYPES})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: value = raw / scale - offset, in `unit`."""

    number: int
    name: str
    base: str
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message."""

    number: int
    name: str
    fields: tuple[Field, ...]
    by_number: MappingProxyType[int, Field] = field(init=False, repr=False, compare=False)
    by_name: MappingProxyType[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_number", MappingProxyType({each.number: each for each in self.fields}))
        object.__setattr__(self, "by_name", MappingProxyType({each.name: each for each in self.fields}))


# Number and name of each kind, and of each of its fields number, name, type, unit, /scale and -offset. `skip_last` is
# not in the public profile; it is 1 on repeats whose last round drops its last step.
_TABLE = """\
0 file_id:
    0 type enum, 1 manufacturer uint16, 2 product uint16, 3 serial_number uint32z, 4 time_created uint32 s,
    5 number uint16, 8 product_name string
12 sport:
    0 sport enum, 1 sub_sport enum, 3 name string
18 session:
    254 message_index uint16, 253 timestamp uint32 s, 2 start_time uint32 s, 5 sport enum, 6 sub_sport enum,
    7 total_elapsed_time uint32 s /1000, 8 total_timer_time uint32 s /1000, 9 total_distance uint32 m /100,
    25 first_lap_index uint16, 26 num_laps uint16
19 lap:
    254 message_index uint16, 253 timestamp uint32 s, 2 start_time uint32 s, 7 total_elapsed_time uint32 s /1000,
    8 total_timer_time uint32 s /1000, 9 total_distance uint32 m /100, 23 intensity enum, 24 lap_trigger enum,
    25 sport enum, 39 sub_sport enum, 71 wkt_step_index uint16
20 record:
    253 timestamp uint32 s, 0 position_lat sint32 semicircles, 1 position_long sint32 semicircles,
    2 altitude uint16 m /5 -500, 3 heart_rate uint8 bpm, 4 cadence uint8 rpm, 5 distance uint32 m /100,
    6 speed uint16 m/s /1000, 7 power uint16 watts, 8 compressed_speed_distance byte, 9 grade sint16 % /100,
    13 temperature sint8 C, 31 gps_accuracy uint8 m, 32 vertical_speed sint16 m/s /1000,
    39 vertical_oscillation uint16 mm /10, 40 stance_time_percent uint16 percent /100, 41 stance_time uint16 ms /10,
    42 activity_type enum, 52 cadence256 uint16 rpm /256, 53 fractional_cadence uint8 rpm /128,
    73 enhanced_speed uint32 m/s /1000, 78 enhanced_altitude uint32 m /5 -500, 83 vertical_ratio uint16 percent /100,
    84 stance_time_balance uint16 percent /100, 85 step_length uint16 mm /10
21 event:
    253 timestamp uint32 s, 0 event enum, 1 event_type enum, 2 data16 uint16, 3 data uint32, 4 event_group uint8
23 device_info:
    253 timestamp uint32 s, 0 device_index uint8, 1 device_type uint8, 2 manufacturer uint16,
    3 serial_number uint32z, 4 product uint16, 5 software_version uint16 /100, 27 product_name string
26 workout:
    254 message_index uint16, 4 sport enum, 5 capabilities uint32z, 6 num_valid_steps uint16, 8 wkt_name string,
    11 sub_sport enum, 17 wkt_description string
27 workout_step:
    254 message_index uint16, 0 wkt_step_name string, 1 duration_type enum, 2 duration_value uint32,
    3 target_type enum, 4 target_value uint32, 5 custom_target_value_low uint32, 6 custom_target_value_high uint32,
    7 intensity enum, 8 notes string, 10 exercise_category uint16, 11 exercise_name uint16,
    12 exercise_weight uint16 kg /100, 18 skip_last enum, 19 secondary_target_type enum,
    20 secondary_target_value uint32, 21 secondary_custom_target_value_low uint32,
    22 secondary_custom_target_value_high uint32
28 schedule:
    0 manufacturer uint16, 1 product uint16, 2 serial_number uint32z, 3 time_created uint32 s, 4 completed enum,
    5 type enum, 6 scheduled_time uint32 s
34 activity:
    253 timestamp uint32 s, 0 total_timer_time uint32 s /1000, 1 num_sessions uint16, 2 type enum, 3 event enum,
    4 event_type enum, 5 local_timestamp uint32 s
49 file_creator:
    0 software_version uint16, 1 hardware_version uint8
72 training_file:
    253 timestamp uint32 s, 0 type enum, 1 manufacturer uint16, 2 product uint16, 3 serial_number uint32z,
    4 time_created uint32 s
206 field_description:
    0 developer_data_index uint8, 1 field_definition_number uint8, 2 fit_base_type_id uint8, 3 field_name string,
    6 scale uint8, 7 offset sint8, 8 units string, 14 native_mesg_num uint16, 15 native_field_num uint8
207 developer_data_id:
    0 developer_id byte, 1 application_id byte, 2 manufacturer_id uint16, 3 developer_data_index uint8,
    4 application_version uint32
312 split:
    254 message_index uint16, 0 split_type enum, 1 total_elapsed_time uint32 s /1000,
    2 total_timer_time uint32 s /1000, 3 total_distance uint32 m /100, 9 start_time uint32 s, 27 end_time uint32 s
"""


def _field(said: str) -> Field:
    number, name, base, *more = said.split()
    unit = next((word for word in more if word[0] not in "/-"), "")
    scale, offset = (
        next((float(word[1:]) for word in more if word[0] == sign), none) for sign, none in (("/", 1.0), ("-", 0.0))
    )
    return Field(int(number), name, base, scale, offset, unit)


def _message(said: str) -> Message:
    head, _, fields = said.partition(":")
    return Message(int(head.split()[0]), head.split()[1], tuple(map(_field, fields.split(","))))


MESSAGES = tuple(map(_message, re.split(r"\n(?=\d)", _TABLE)))
BY_NUMBER = MappingProxyType({message.number: message for message in MESSAGES})
BY_NAME = MappingProxyType({message.name: message for message in MESSAGES})

FILE_ACTIVITY, FILE_WORKOUT, FILE_SCHEDULES = 4, 5, 7
EVENT_TIMER, EVENT_START = 0, 0
EVENT_STOPS = frozenset({1, 4, 8, 9})  # stop, stop_all, stop_disable, stop_disable_all


def _words(said: str) -> Mapping[int, str]:
    return MappingProxyType({int(number): word for number, word in map(str.split, said.split(","))})


# FIT's words for its numbers, as far as this library speaks of them.
SPORT = _words("""
    0 generic, 1 running, 2 cycling, 3 transition, 4 fitness_equipment, 5 swimming, 10 training, 11 walking,
    12 cross_country_skiing, 13 alpine_skiing, 14 snowboarding, 15 rowing, 16 mountaineering, 17 hiking,
    18 multisport, 19 paddling, 21 e_biking, 30 inline_skating, 31 rock_climbing, 33 ice_skating, 35 snowshoeing,
    37 stand_up_paddleboarding, 41 kayaking, 47 boxing, 48 floor_climbing, 62 hiit, 64 racket,
    65 wheelchair_push_walk, 66 wheelchair_push_run, 84 jump_rope, 254 all
""")
SUB_SPORT = _words("""
    0 generic, 1 treadmill, 2 street, 3 trail, 4 track, 5 spin, 6 indoor_cycling, 7 road, 8 mountain,
    14 indoor_rowing, 15 elliptical, 16 stair_climbing, 17 lap_swimming, 18 open_water, 19 flexibility_training,
    20 strength_training, 21 warm_up, 22 match, 23 exercise, 24 challenge, 26 cardio_training, 27 indoor_walking,
    30 casual_walking, 31 speed_walking, 32 bike_to_run_transition, 33 run_to_bike_transition,
    34 swim_to_bike_transition, 45 indoor_running, 46 gravel_cycling, 48 commuting, 49 mixed_surface, 50 navigate,
    51 track_me, 52 map, 58 virtual_activity, 59 obstacle, 67 ultra, 70 hiit, 254 all
""")
LAP_TRIGGER = _words("""
    0 manual, 1 time, 2 distance, 3 position_start, 4 position_lap, 5 position_waypoint, 6 position_marked,
    7 session_end, 8 fitness_equipment
""")
INTENSITY = _words("""
    0 active, 1 rest, 2 warmup, 3 cooldown, 4 recovery, 5 interval, 6 other
""")
MANUFACTURER = _words("""
    1 garmin, 15 dynastream, 23 suunto, 32 wahoo_fitness, 71 tomtom, 89 tacx, 95 stryd, 123 polar_electro,
    255 development, 260 zwift, 265 strava, 294 coros
""")


def word(words: Mapping[int, str], number: int | None, *, prefix: str) -> str:
    """The word for a number; `prefix_number` where there is none, empty where nothing was said."""
    if number is None:
        return ""
    return words.get(number, f"{prefix}_{number}")
