"""Every number of the detector that was not computed from the recording at hand, each with its source.

Sources, by their short names:

- vanOeveren2019: van Oeveren et al. 2019, 256 runners, 16,128 h of watch records: cadence 150.0 + 6.01·speed.
- Cavagna2012, BWS, Wright2001, Brennan2026: backward cadence ×1.075–1.084, ×1.113, ×1.05–1.08, ×1.22–1.37 of forward.
- filmed: seven people filmed running both ways: uplift 0.13 ± 0.07 between people, rising by about 0.05 per m/s,
  0.02 to 0.03 within one session; speed 0.72 ± 0.11 of their own forward speed.
- Padulo2013: uphill 0 → 7 %: step frequency +4 %.
- Ducharme2023: walking turns into running at 135–140 steps per minute.
- records: backward 100 m 7.59, 1 km 5.04, 10 km 4.29 m/s, half marathon 3.67 m/s (men), 2.58 m/s (women);
  recreational 1.4–2.5 m/s.
- measured: on ordinary recordings, by `python -m tests.evaluation.estimate FOLDER`, which prints the figure.
- chosen: a design decision, with the reason beside it.
"""

import numpy as np

# The grid
BIN_S = 3.0  # chosen: four bins in the shortest stretch that is called, and a border within 1.5 s
GAP_KEPT_S = 30.0  # chosen: longer gaps count as this much time, so that memory stays linear in the samples
BRIDGE_S = 12.0  # chosen: smart recording leaves up to 9 s between samples of steady running, a pause more
GRADE_HALF_BINS = 4  # chosen: barometers settle within some 10 s, pitches of backward length stay visible
GRADE_RUN_M = 20.0  # chosen: no grade from a way shorter than this
GRADE_MAX_PCT = 45.0  # chosen: steeper is an altitude artefact on anything that is run

# The lag of cadence behind speed
LAGS = range(-2, 26)  # bins; measured: watches show 0–5 s, one athlete's 30–45 s
USUAL_LAG = 1  # bins; measured: the median of all recordings in which it shows
LAG_GAIN = 0.02  # chosen: another lag must correlate better by this
LAG_SPEED_SD, LAG_CADENCE_SD = 0.12, 6.0  # chosen: without stops or walks there is nothing to see a lag by
WIDE_LAG_S = 12.0  # chosen: beyond this the columns do not speak of the same stretch, and trust is lowered

# The forward line: cadence = level + slope · (speed − LINE_SPEED_MPS)
LINE_SPEED_MPS = 2.8  # chosen: an easy pace of the runners at hand
LEVEL_SPM, LEVEL_SD_SPM = 170.0, 7.0  # vanOeveren2019: 166.8 at 2.8 m/s; 13 runners measured 172.3 ± 6.2
SLOPE, SLOPE_SD = 6.0, 2.0  # vanOeveren2019: 6.01; 13 runners measured 6.1 ± 3.4, part of which is their fits' error
NOISE_SPM, NOISE_LOW, NOISE_HIGH = 3.0, 1.5, 6.0  # measured: SD of 30-s means about a runner's line 2.5 (1.7–4.3)
BINS_PER_FACT = 10  # measured: residuals are correlated over some 30 s
RUN_SHIFT_SPM = 2.8  # measured: SD of a runner's level between runs (2.0–4.7)
ALL_SLOW = 0.87  # chosen: easy days are some 10 % slower than a runner's usual speed
FAST_SHARE = 0.85  # chosen: slower running than this share of the usual speed never bends the line
USUAL_QUANTILE = 0.6  # chosen: the usual speed must be forward running where two fifths of a run are slow
LINE_GRADE_PCT = 6.0  # chosen: the line is that of flat running
RUNNING_SPM, RUNNING_MPS = 140.0, 1.5  # Ducharme2023; chosen: slower than 1.5 m/s is walking, or backward
STEPPING_SPM, STEPPING_MPS = 135.0, 1.1  # Ducharme2023; chosen: the slowest backward running

# Candidates: pieces of even speed
STEP_BINS = 4  # chosen: 12 s on both sides of a change
STEP_LOG = 0.07  # chosen: a change of speed by 7 % shows above the noise of positions over 12 s (SD 0.2 m/s)
JOIN_LOG = 0.06  # chosen: neighbours more alike than this are one piece
COARSE_LOG = 0.2  # chosen: a long stretch whose speed wanders is one piece too, where that tells more than its parts
COARSE_BINS = 8  # chosen: 24 s
SLOW_SHARE = 0.97  # chosen: nobody runs backward at the usual forward speed
SHORTEST_BINS = 4  # chosen: 12 s; shorter ones only where a plan has them
PLANNED_BINS = 3  # chosen
NEAR_BINS = 30  # chosen: 90 s on both sides are the neighbourhood
NEAR_WEIGHT = 8.0  # chosen: so many bins of neighbourhood weigh as much as the line

# The uplift of a piece and its errors, relative
OWN_SD, OWN_FLOOR, OWN_BINS = 0.016, 0.008, 8.0  # measured: SD over 24 s, and what longer averaging leaves
OWN_SCALE = 0.8  # measured: the core of ordinary pieces is narrower than the parts' sum
SLOPE_SD_LOW, SLOPE_SD_HIGH = 1.2, 2.5  # chosen: what a fit leaves unknown of the slope down there
BEND_SPM, BEND_FROM_MPS = 2.0, 0.4  # chosen: lines bend at slow speeds by about that much per (m/s)²
GRADE_SD, GRADE_FROM_PCT = 0.006, 3.0  # chosen: the error that each per cent of grade adds
UPHILL, UPHILL_FROM_PCT, UPHILL_MOST_PCT = 0.004, 2.0, 8.0  # Padulo2013, from the second per cent on
UNTRUSTED_NOISE_SPM, UNTRUSTED = 5.0, 2.2  # measured: such scatter is no line; its level may be off by more
RESTLESS_PRIOR, RESTLESS_WEIGHT = 12.0, 2.0  # chosen: scatter below the line, of which backward running has none

# Ordinary pieces: how often u lies in the tail and how long that is, by length (< 7, < 12, more bins), neighbourhood
# (< 5, < 20, more bins) and rest beside it (none, some); measured
TAIL_SHARE = np.array(
    [
        [[0.20, 0.12], [0.25, 0.25], [0.20, 0.12]],
        [[0.25, 0.25], [0.25, 0.25], [0.25, 0.20]],
        [[0.25, 0.25], [0.25, 0.25], [0.25, 0.25]],
    ]
)
TAIL_LENGTH = np.array(
    [
        [[0.035, 0.050], [0.020, 0.028], [0.022, 0.048]],
        [[0.027, 0.022], [0.020, 0.020], [0.015, 0.018]],
        [[0.030, 0.032], [0.020, 0.020], [0.0135, 0.015]],
    ]
)
LENGTH_CLASSES, NEAR_CLASSES = (7, 12), (5, 20)  # chosen: where the classes above part, in bins
RESTLESS_TAIL = 1.3  # chosen: above this restlessness tails grow with it
NONSENSE, NONSENSE_LONG, NONSENSE_WIDTH = 0.004, 0.0012, 0.5  # measured: cadence that belongs to nothing
OCTAVE, OCTAVE_SLOW_MPS, OCTAVE_SPM = (0.03, 0.15), 2.1, 185.0  # measured: short pieces at walking speed, and above 185

# Backward pieces
UPLIFT_MEAN, UPLIFT_SD, UPLIFT_FLAT = 0.12, 0.07, 0.02  # filmed, Cavagna2012, BWS: wide, with a tail
UPLIFTS = np.array([0.03, 0.05, 0.07, 0.09, 0.115, 0.14, 0.17, 0.21, 0.26, 0.33, 0.42])
UPLIFT_SLOPE, UPLIFT_AT_MPS = 0.05, 2.3  # filmed
UPLIFT_WITHIN_SD = 0.03  # filmed
LEAST_UPLIFT = 0.03  # chosen: a smaller one is not told from zero, whatever else speaks for it
RATIO_MEAN, RATIO_SD = 0.72, 0.11  # filmed
# m/s at a distance in m, and the power by which they fall; below and above 1 km
RECORDS = ((7.6, 100.0, -0.178), (5.04, 1000.0, -0.104))  # records
RECORD_SHARE, TOO_FAST = 0.667, 8.0  # chosen: fast amateurs hold two thirds of the record; log odds per m/s beyond
DOWNHILL_PCT, DOWNHILL = 4.0, 0.3  # measured: steep descents show +7 to +27 steps a minute; guides advise against

# The session
GRID_SD = 0.29  # the SD of a uniform step of one SD of the grid below
ERRORS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])  # in SD, for the slope's error and for the level's
SHARES = (0.12, 0.4, 0.8)  # chosen: of the slow pieces that are backward; and one piece alone
PRIOR_LOG_ODDS = -2.75  # measured: ≤ 0.3 false events per 100 h of running on athletes that nothing was fitted on
CALL = 0.5  # chosen: a piece is called where it is likelier than not
MOST_PROBABLE = 0.9999  # chosen: nothing that is inferred is certain; only the runner's own label is
POSSIBLE = 0.2  # chosen: worth a sentence
MERGE_BINS = 3  # chosen: called pieces that touch, or nearly, are one segment

# Laps, plan, profile
LAP_REACH_S = 6.0  # chosen: a reaction time and one bin
SNAP_S = 4.0  # chosen: one bin and a second; further away the signal knows better
LAP_LONGEST_S = 1200.0  # chosen: longer laps are not repetitions
BOTH_LAPS, ONE_LAP, LAP_SHARE = 3.0, 0.8, 1.0  # chosen: repetitions are lapped; so are jogs, of which the uplift tells
COUNTED_WITHIN = 0.02  # chosen: automatic laps are whole kilometres or miles to within the watch's own error
PLAN_PRIOR = 6.0  # chosen: with the prior above, 96 of 100 who take a plan with backward steps run them so
PLANNED_BACKWARD, PLANNED_FORWARD = 5.0, -2.0  # chosen: who keeps a plan leaves out one step in a hundred
GUESSED_SHARE = 0.15  # chosen: a direction that was guessed from somebody else's words weighs this share
PLANNED_UPLIFT = 0.04  # measured: the mean over a plan's backward steps, run forward, is less in 99 of 100
OWN_UPLIFT_SD = 0.04  # chosen: a runner's own spread between sessions, mostly the noise of a 30-s mean
OWN_MISTRUST = 1.0  # chosen: two labelled laps may be odd ones, so that anybody's uplift weighs as much
OWN_RATIO_SD, OWN_RATIO_BOUND = 0.10, 1.0  # chosen: labels of two laps must not overrule everything else
ALL_SLOW_PRIOR = 2.0  # measured: what balances long stretches found against easy runs that lie off a line as a whole
MOST_OF_IT = 0.5  # chosen: a run whose usual speed is slow is slow for three fifths of it, some of which is missed
ALL_SLOW_MERGE_BINS = 20  # chosen: a minute; who runs backward all along rests in between

# What can be told at all
LEAST_S = 60.0  # chosen: nothing can be compared in less
TOO_COARSE_S, COARSE_S = 10.0, 4.0  # chosen: a 15-s repetition is one sample, or three
KNOWN_LEAST = 0.2  # chosen: less of speed and cadence is no recording of a run
UNKNOWN_WORTH_SAYING = 0.1  # chosen
LEAST_RUNNING_BINS = 20  # chosen: a minute of running, to have a usual speed
LITTLE_RUNNING_S = 600.0  # chosen: less does not settle a runner's line, nor says that a whole run was backward
LIKE_BACKWARD_MPS, LIKE_BACKWARD = 2.4, 0.07  # filmed: a whole run at such a speed with such a cadence could be either
PROFILE_LEAST_S = 300.0  # chosen: less running says nothing about a runner's line
PROFILE_SLOPE_FLOOR = 1.2  # chosen: a slope is never known better from one recording to the next

# The surface of a piece: weights of `likelihoods.surface`, estimated by
# `python -m tests.evaluation.estimate FOLDER` on ordinary and injected pieces with an uplift above LEAST_UPLIFT
SURFACE_LOW, SURFACE_HIGH = -5.0, 4.0  # chosen: the surface supports and warns, the uplift decides
SURFACE_SHARE = 2.0  # chosen: it supports by at most twice the log odds that the uplift gives by itself
SURFACE = np.array(
    [
        *(-1.367, 1.117, -0.916, -0.532, -0.265, -0.258, 1.268, -1.907),
        *(0.256, 0.483, 0.520, 0.113, -1.416, 0.483, 0.978, -0.180),
        *(0.489, -2.533, -0.632, -2.043, 3.555, -1.723),
    ]
)
