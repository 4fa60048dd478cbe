"""TCX and GPX documents in the flavours that watches and services write."""

from __future__ import annotations

import io
import zipfile

NAMESPACES = (
    'xmlns="http://www.topografix.com/GPX/1/1" '
    'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1" '
    'xmlns:ns3="http://www.garmin.com/xmlschemas/TrackPointExtension/v1" '
    'xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0"'
)
GARMIN = "<ns3:TrackPointExtension><ns3:hr>{hr}</ns3:hr><ns3:cad>{cad}</ns3:cad></ns3:TrackPointExtension>"
STRAVA = (
    "<power>{power}</power><gpxtpx:TrackPointExtension><gpxtpx:atemp>21</gpxtpx:atemp>"
    "<gpxtpx:hr>{hr}</gpxtpx:hr><gpxtpx:cad>{cad}</gpxtpx:cad></gpxtpx:TrackPointExtension>"
)
SUUNTO = (
    "<gpxtpx:TrackPointExtension><gpxtpx:hr>{hr}</gpxtpx:hr></gpxtpx:TrackPointExtension>"
    "<gpxdata:cadence>{cad}</gpxdata:cadence><gpxdata:distance>{distance}</gpxdata:distance>"
    "<gpxdata:speed>{speed}</gpxdata:speed>"
)
COROS = "<heartrate>{hr}</heartrate><cadence>{cad}</cadence><distance>{distance}</distance><power>{power}</power>"


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def moment(second: float) -> str:
    """The time of a point, `second` after the start; whole seconds have no fraction."""
    whole, thousandth = divmod(round(second * 1000), 1000)
    clock = f"2024-05-01T{10 + whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"{clock}.{thousandth:03d}Z" if thousandth else f"{clock}Z"


def gpx_point(second: int, *, extension: str = "", time: str | None = None) -> str:
    values = {"hr": 140, "cad": 80, "power": 250, "distance": 3 * second, "speed": 3.0}
    inside = f"<extensions>{extension.format(**values)}</extensions>" if extension else ""
    stamp = f"<time>{moment(second) if time is None else time}</time>" if time != "" else ""
    return f'<trkpt lat="{50 + second * 27e-6:.7f}" lon="8.25"><ele>100.5</ele>{stamp}{inside}</trkpt>'


def gpx(*points: str, head: str = "", creator: str = "Garmin Connect", kind: str = "running", tail: str = "") -> bytes:
    declared = f"<type>{kind}</type>" if kind else ""
    track = f"<trk><name>run</name>{declared}<trkseg>{''.join(points)}</trkseg></trk>"
    text = f'<gpx version="1.1" creator="{creator}" {NAMESPACES}><metadata><time>2020-01-01T00:00:00Z</time></metadata>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{text}{track}{tail}</gpx>'.encode()


def tcx_point(second: int, *, position: bool = True, cadence: str = "RunCadence", prefix: str = "ns3:") -> str:
    where = (
        f"<Position><LatitudeDegrees>{50 + second * 27e-6:.7f}</LatitudeDegrees>"
        "<LongitudeDegrees>8.25</LongitudeDegrees></Position><AltitudeMeters>99.5</AltitudeMeters>"
    )
    inside = f"<{prefix}Speed>3.0</{prefix}Speed>"
    if cadence == "RunCadence":
        inside += f"<{prefix}RunCadence>81</{prefix}RunCadence>"
    inside += f"<{prefix}Watts>260</{prefix}Watts>"
    return (
        f"<Trackpoint><Time>{moment(second)}</Time>{where if position else ''}"
        f"<DistanceMeters>{3.0 * second}</DistanceMeters><HeartRateBpm><Value>141</Value></HeartRateBpm>"
        + ("<Cadence>82</Cadence>" if cadence == "Cadence" else "")
        + f"<Extensions><{prefix}TPX>{inside}</{prefix}TPX></Extensions></Trackpoint>"
    )


def tcx_lap(start: int, *points: str, trigger: str = "Manual", intensity: str = "Active", seconds: float = 60) -> str:
    return (
        f'<Lap StartTime="{moment(start)}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
        "<DistanceMeters>180</DistanceMeters><MaximumSpeed>9</MaximumSpeed><Calories>12</Calories>"
        "<AverageHeartRateBpm><Value>111</Value></AverageHeartRateBpm><Intensity>"
        f"{intensity}</Intensity><Cadence>77</Cadence><TriggerMethod>{trigger}</TriggerMethod>"
        f"<Track>{''.join(points)}</Track><Extensions><ns3:LX><ns3:AvgSpeed>3</ns3:AvgSpeed></ns3:LX></Extensions></Lap>"
    )


def tcx(*laps: str, sport: str = "Running", creator: str = "Forerunner 255") -> bytes:
    device = f'<Creator xsi:type="Device_t"><Name>{creator}</Name></Creator>' if creator else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"><Activities>'
        f'<Activity Sport="{sport}"><Id>{moment(0)}</Id>{"".join(laps)}{device}</Activity></Activities>'
        "</TrainingCenterDatabase>"
    ).encode()
