"""The FIT messages that this library reads and writes: one table, shared by the reader and the writer.

Numbers, types, scales, offsets and units are those of the public FIT profile; the tests hold them against the profiles
of two independent readers. A message kind that is not in the table is skipped without a look at its content.
"""

from __future__ import annotations

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


_TIMESTAMP = Field(TIMESTAMP, "timestamp", "uint32", unit="s")
_MESSAGE_INDEX = Field(MESSAGE_INDEX, "message_index", "uint16")

MESSAGES = (
    Message(
        0,
        "file_id",
        (
            Field(0, "type", "enum"),
            Field(1, "manufacturer", "uint16"),
            Field(2, "product", "uint16"),
            Field(3, "serial_number", "uint32z"),
            Field(4, "time_created", "uint32", unit="s"),
            Field(5, "number", "uint16"),
            Field(8, "product_name", "string"),
        ),
    ),
    Message(
        12,
        "sport",
        (Field(0, "sport", "enum"), Field(1, "sub_sport", "enum"), Field(3, "name", "string")),
    ),
    Message(
        18,
        "session",
        (
            _MESSAGE_INDEX,
            _TIMESTAMP,
            Field(2, "start_time", "uint32", unit="s"),
            Field(5, "sport", "enum"),
            Field(6, "sub_sport", "enum"),
            Field(7, "total_elapsed_time", "uint32", 1000, unit="s"),
            Field(8, "total_timer_time", "uint32", 1000, unit="s"),
            Field(9, "total_distance", "uint32", 100, unit="m"),
            Field(25, "first_lap_index", "uint16"),
            Field(26, "num_laps", "uint16"),
        ),
    ),
    Message(
        19,
        "lap",
        (
            _MESSAGE_INDEX,
            _TIMESTAMP,
            Field(2, "start_time", "uint32", unit="s"),
            Field(7, "total_elapsed_time", "uint32", 1000, unit="s"),
            Field(8, "total_timer_time", "uint32", 1000, unit="s"),
            Field(9, "total_distance", "uint32", 100, unit="m"),
            Field(23, "intensity", "enum"),
            Field(24, "lap_trigger", "enum"),
            Field(25, "sport", "enum"),
            Field(39, "sub_sport", "enum"),
            Field(71, "wkt_step_index", "uint16"),
        ),
    ),
    Message(
        20,
        "record",
        (
            _TIMESTAMP,
            Field(0, "position_lat", "sint32", unit="semicircles"),
            Field(1, "position_long", "sint32", unit="semicircles"),
            Field(2, "altitude", "uint16", 5, 500, "m"),
            Field(3, "heart_rate", "uint8", unit="bpm"),
            Field(4, "cadence", "uint8", unit="rpm"),
            Field(5, "distance", "uint32", 100, unit="m"),
            Field(6, "speed", "uint16", 1000, unit="m/s"),
            Field(7, "power", "uint16", unit="watts"),
            Field(8, "compressed_speed_distance", "byte"),
            Field(9, "grade", "sint16", 100, unit="%"),
            Field(13, "temperature", "sint8", unit="C"),
            Field(31, "gps_accuracy", "uint8", unit="m"),
            Field(32, "vertical_speed", "sint16", 1000, unit="m/s"),
            Field(39, "vertical_oscillation", "uint16", 10, unit="mm"),
            Field(40, "stance_time_percent", "uint16", 100, unit="percent"),
            Field(41, "stance_time", "uint16", 10, unit="ms"),
            Field(42, "activity_type", "enum"),
            Field(52, "cadence256", "uint16", 256, unit="rpm"),
            Field(53, "fractional_cadence", "uint8", 128, unit="rpm"),
            Field(73, "enhanced_speed", "uint32", 1000, unit="m/s"),
            Field(78, "enhanced_altitude", "uint32", 5, 500, "m"),
            Field(83, "vertical_ratio", "uint16", 100, unit="percent"),
            Field(84, "stance_time_balance", "uint16", 100, unit="percent"),
            Field(85, "step_length", "uint16", 10, unit="mm"),
        ),
    ),
    Message(
        21,
        "event",
        (
            _TIMESTAMP,
            Field(0, "event", "enum"),
            Field(1, "event_type", "enum"),
            Field(2, "data16", "uint16"),
            Field(3, "data", "uint32"),
            Field(4, "event_group", "uint8"),
        ),
    ),
    Message(
        23,
        "device_info",
        (
            _TIMESTAMP,
            Field(0, "device_index", "uint8"),
            Field(1, "device_type", "uint8"),
            Field(2, "manufacturer", "uint16"),
            Field(3, "serial_number", "uint32z"),
            Field(4, "product", "uint16"),
            Field(5, "software_version", "uint16", 100),
            Field(27, "product_name", "string"),
        ),
    ),
    Message(
        26,
        "workout",
        (
            _MESSAGE_INDEX,
            Field(4, "sport", "enum"),
            Field(5, "capabilities", "uint32z"),
            Field(6, "num_valid_steps", "uint16"),
            Field(8, "wkt_name", "string"),
            Field(11, "sub_sport", "enum"),
            Field(17, "wkt_description", "string"),
        ),
    ),
    Message(
        27,
        "workout_step",
        (
            _MESSAGE_INDEX,
            Field(0, "wkt_step_name", "string"),
            Field(1, "duration_type", "enum"),
            Field(2, "duration_value", "uint32"),
            Field(3, "target_type", "enum"),
            Field(4, "target_value", "uint32"),
            Field(5, "custom_target_value_low", "uint32"),
            Field(6, "custom_target_value_high", "uint32"),
            Field(7, "intensity", "enum"),
            Field(8, "notes", "string"),
            Field(10, "exercise_category", "uint16"),
            Field(11, "exercise_name", "uint16"),
            Field(12, "exercise_weight", "uint16", 100, 0, "kg"),
            Field(
                18, "skip_last", "enum"
            ),  # not in the public profile; 1 on repeats whose last round drops its last step
            Field(19, "secondary_target_type", "enum"),
            Field(20, "secondary_target_value", "uint32"),
            Field(21, "secondary_custom_target_value_low", "uint32"),
            Field(22, "secondary_custom_target_value_high", "uint32"),
        ),
    ),
    Message(
        28,
        "schedule",
        (
            Field(0, "manufacturer", "uint16"),
            Field(1, "product", "uint16"),
            Field(2, "serial_number", "uint32z"),
            Field(3, "time_created", "uint32", unit="s"),
            Field(4, "completed", "enum"),
            Field(5, "type", "enum"),
            Field(6, "scheduled_time", "uint32", unit="s"),
        ),
    ),
    Message(
        34,
        "activity",
        (
            _TIMESTAMP,
            Field(0, "total_timer_time", "uint32", 1000, unit="s"),
            Field(1, "num_sessions", "uint16"),
            Field(2, "type", "enum"),
            Field(3, "event", "enum"),
            Field(4, "event_type", "enum"),
            Field(5, "local_timestamp", "uint32", unit="s"),
        ),
    ),
    Message(
        49,
        "file_creator",
        (Field(0, "software_version", "uint16"), Field(1, "hardware_version", "uint8")),
    ),
    Message(
        72,
        "training_file",
        (
            _TIMESTAMP,
            Field(0, "type", "enum"),
            Field(1, "manufacturer", "uint16"),
            Field(2, "product", "uint16"),
            Field(3, "serial_number", "uint32z"),
            Field(4, "time_created", "uint32", unit="s"),
        ),
    ),
    Message(
        206,
        "field_description",
        (
            Field(0, "developer_data_index", "uint8"),
            Field(1, "field_definition_number", "uint8"),
            Field(2, "fit_base_type_id", "uint8"),
            Field(3, "field_name", "string"),
            Field(6, "scale", "uint8"),
            Field(7, "offset", "sint8"),
            Field(8, "units", "string"),
            Field(14, "native_mesg_num", "uint16"),
            Field(15, "native_field_num", "uint8"),
        ),
    ),
    Message(
        207,
        "developer_data_id",
        (
            Field(0, "developer_id", "byte"),
            Field(1, "application_id", "byte"),
            Field(2, "manufacturer_id", "uint16"),
            Field(3, "developer_data_index", "uint8"),
            Field(4, "application_version", "uint32"),
        ),
    ),
    Message(
        312,
        "split",
        (
            _MESSAGE_INDEX,
            Field(0, "split_type", "enum"),
            Field(1, "total_elapsed_time", "uint32", 1000, unit="s"),
            Field(2, "total_timer_time", "uint32", 1000, unit="s"),
            Field(3, "total_distance", "uint32", 100, unit="m"),
            Field(9, "start_time", "uint32", unit="s"),
            Field(27, "end_time", "uint32", unit="s"),
        ),
    ),
)
BY_NUMBER = MappingProxyType({message.number: message for message in MESSAGES})
BY_NAME = MappingProxyType({message.name: message for message in MESSAGES})
