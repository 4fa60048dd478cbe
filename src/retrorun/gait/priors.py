"""Every number of the detector that was not computed from the recording at hand, each with its source.

Sources, cited by their short names:

- vanOeveren2019: van Oeveren et al. 2019, 256 runners, 16,128 h of Garmin records: cadence 150.0 + 6.01·speed.
- Cavagna2012: Cavagna, Legramandi & La Torre 2012, J Exp Biol 215:75: backward ×1.075–1.084 from phase times.
- BWS: body-weight-support treadmill study, 13 runners: stride frequency backward +11.3 %.
- Wright2001: Wright & Weyand 2001, J Exp Biol 204:1805: ×1.05–1.08 from contact times.
- Brennan2026: Brennan et al. 2026, Eur J Sport Sci e70255: ×1.22–1.37 (read off figures).
- Arata2000, deLustrac, Aretz, Sterzing2016: backward speed 0.65–0.80 of forward speed of the same person.
- measured: on public recordings of 13 runners, some 960 h, and on 2,501 files, while this was built.
- chosen: a design decision, with the reason beside it.
"""

from __future__ import annotations

# The grid
BIN_S = 3.0  # chosen: four bins in the shortest segment that is ever called, and a boundary within 1.5 s
GAP_KEPT_S = 30.0  # chosen: longer gaps count as this much time, so that memory stays linear in the samples
BRIDGE_S = 12.0  # chosen: smart recording leaves up to 8 s between samples of steady running, a pause more
TOO_COARSE_S = 10.0  # chosen: a 15-s repetition would be one sample
STOPPED_MPS = 0.7  # chosen: slower than any walk (1.0–1.6 m/s)
CADENCE_ZERO_SPM = 20.0  # chosen: a zero that was averaged with its neighbours is still no step
ONE_FOOT_BELOW_SPM = 120.0  # measured: no runner above 2 m/s has a median below this (2,088 of 2,088 FIT files)
CADENCE_MAX_SPM = 270.0  # chosen: 200 forward and the largest published uplift; above there are only artefacts
STUCK_S = 60.0  # measured: steady runners do not hold one value longer
STUCK_SAMPLES = 15  # chosen: smart recording writes few samples, equal by chance
GRADE_WINDOW_S = 24.0  # chosen: barometers settle within some 10 s, pitches of backward length stay visible
GRADE_RUN_M = 20.0  # chosen: no grade from a way shorter than this
GRADE_MAX_PCT = 45.0  # chosen: steeper is an altitude artefact on anything that is run

# The forward line: cadence = level + slope · (speed − LINE_SPEED_MPS)
LINE_SPEED_MPS = 2.8  # chosen: an easy pace of the runners at hand
LEVEL_MEAN_SPM, LEVEL_SD_SPM = 170.0, 7.0  # vanOeveren2019: 166.8 at 2.8 m/s; 13 runners measured 172.3 ± 6.2
SLOPE_MEAN = 6.0  # vanOeveren2019: 6.01; Burns2019: 5.6
SLOPE_SD = 2.0  # chosen: 13 runners measured 3.3, part of which is the error of their fits
LINE_NOISE_SPM = 3.0  # measured: SD of 30-s means about a runner's line 2.5 (1.7–4.3)
LINE_BINS_PER_FACT = 10  # measured: residuals are correlated over some 30 s
RUN_SHIFT_SPM = 2.8  # measured: SD of a runner's level between runs (2.0–4.7)
RUNNING_SPM = 140.0  # Ducharme 2023 (walk to run at 135–140 steps/min)
RUNNING_MPS = 1.5  # chosen: slower is walking, or backward
LINE_GRADE_PCT = 6.0  # chosen: the line is that of flat running

# Candidate segments
SHORTEST_S = 12.0  # chosen: the shortest stretch that is looked at at all (drills); under 15 s only with support
UNAIDED_S = 15.0  # chosen: shorter ones are called only where a plan or a lap supports them
LONG_BINS = 13  # chosen: below 39 s every pair of borders is looked at, above only clear ones
LONGEST_BINS = 1200  # chosen: an hour; whoever runs backward for longer at a time needs no detector
CLEAR_FALL = 0.08  # chosen: a ratio of 0.88 shows a step of 0.10 through ramps of 8 s
PEAK_BINS = 2  # chosen: a clear border falls more than those within 6 s of it
EDGE_BINS = 1  # chosen: one bin at each end is ramp and filter lag, and is left out of the means
GUARD_BINS = 2  # chosen: the same on the other side of a border
CONTEXT_BINS = 12  # chosen: 36 s of running before and after are what a stretch is compared with
CONTEXT_REACH_BINS = 80  # chosen: running more than 4 min away is no neighbour
HEART_BINS = 4  # chosen: 12 s of heart rate after a border and 6 s before it

# Backward running against forward running at the same speed
UPLIFT_MEAN, UPLIFT_SD = 0.09, 0.04  # Cavagna2012, BWS, Wright2001: 0.06, 0.08, 0.11
UPLIFT_MAX = 0.38  # Brennan2026: 0.22–0.37; beyond it is an artefact
RATIO_MEAN = 0.68  # Arata2000, deLustrac, Aretz, Sterzing2016: 0.65–0.80 of trained runners, novices less
RATIO_SD = 0.11  # chosen: 0.09 between runners, and the noise of a mean over half a minute
CONTEXT_SHRINK_BINS = 4.0  # chosen: a neighbourhood of 12 s counts as much as the whole run's line
SLOWER_THAN = 0.96  # chosen: no candidate unless slower than the faster side of its neighbourhood
STEP_BINS = 4  # chosen: 12 s on both sides of a border show a change that takes up to some 10 s in filtered columns
BORDER_FALL = 0.05  # chosen: no border unless log speed falls by this much on the way in
PAUSE_BINS = 2  # chosen: a standstill or a walk this near stands for the border
CANDIDATE_SPM = 135.0  # chosen: below this it is walking, whichever way
SLOWEST_MPS = 0.9  # chosen: backward walking starts here, and cannot be told from walking

# Profiles
PROFILE_LEAST_S = 300.0  # chosen: five minutes of forward running, or the activity teaches nothing
PROFILE_SLOPE_SD = 3.3  # measured: SD of the slope between 13 runners; the profile may leave the population further
PROFILE_SLOPE_FLOOR = 0.8  # chosen: a runner's slope differs between days (shoes, ground, tiredness)

# Decisions
KNOWN_LEAST = 0.3  # chosen: with less than this of the recording known, silence means nothing
KEEP_LOG_ODDS = -6.0  # chosen: weaker candidates cannot enter the best set and carry under 2 % of probability

# Injection
RATIO_TRUE_SD = 0.09  # as RATIO_SD before widening
SLOPE_TRUE_SD = 3.3  # measured: SD of the slope between 13 runners
BACKWARD_SHAKE_SPM = 3.0  # chosen: makes 30-s means up to 1.4 times as noisy as those of forward running (assumed)
SLOPE_SLIP_SD = 2.0  # chosen: how far the slope of a slow backward runner may be from the one fitted to the same run
RATIO_TOP = 0.95  # chosen: where a runner is slow already, backward is still a little slower
SPEED_SWING, CADENCE_SWING_SPM = 0.05, 1.3  # measured: medians over the estimation athletes
UNMOVED_SPM = 2.5  # measured: SD of 30-s means about a runner's line
LOOK_ALIKE_LOW, LOOK_ALIKE_HIGH = -4.0, 0.0  # chosen: scores of weak look-alikes; real segments are rarely this weak
LOOK_ALIKES_COUNT, LOOK_ALIKES_HOURS = 2.0, 1.0  # chosen: a prior worth one hour; the median athlete has some 5 an hour
CALL_PROBABILITY = 0.85  # measured: up to 2 false events in 100 h of road running, estimation athletes, steps of 0.05
MOST_PROBABLE = 0.9999  # chosen: nothing that is inferred is certain; only the runner's own label is
LEAST_S = 60.0  # chosen: nothing can be compared in less
UNKNOWN_WORTH_SAYING = 0.1  # chosen
COARSE_S = 4.0  # measured: half of smart recordings; a 15-s repetition has three samples
SETTLED_BINS = 2  # chosen: borders that move by a bin change neither line nor neighbourhood
LOOKS = 3  # chosen: what is found is left out of line and neighbourhood, twice; more changes nothing

# Support by laps, a plan and the runner's own gait
LAP_REACH_S = 6.0  # chosen: a reaction time and one bin
SNAP_S = 4.0  # chosen: one bin and a second; further away the signal knows better
LAP_LONGEST_S = 1200.0  # chosen: longer laps are not repetitions
_PLACES = ("position_start", "position_lap", "position_waypoint", "position_marked")
COUNTED_LAPS = frozenset({"distance", *_PLACES})  # FIT profile: lap triggers that no runner and no workout pulls
COUNTED_WITHIN = 0.02  # chosen: automatic laps are whole kilometres or miles to within the watch's own error
BOTH_LAPS_LOG_ODDS, ONE_LAP_LOG_ODDS = 1.0, 0.3  # chosen: repetitions are lapped, but so are jogged recoveries
PLAN_OVERLAP = 0.5  # chosen: a candidate is the planned one if they share half of their union
# High enough to call 97 % of injected stretches of 20 s and longer that were planned, low enough to call no more than
# 2 % of planned ones that were run forward.
PLANNED_BACKWARD_LOG_ODDS = 5.8  # measured: `python -m retrorun.match.evaluate FOLDER directions`
PLANNED_FORWARD_LOG_ODDS = -2.0  # chosen: who plans forward running may still turn round, rarely
UPLIFT_SEEN_SD = 0.055  # UPLIFT_SD and the noise of a 30-s mean over the cadence (0.03), with the wide share
OWN_UPLIFT_SD, OWN_RATIO_SD = 0.035, 0.08  # chosen: a runner's own spread, mostly the noise of a 30-s mean
OWN_GAIT_BOUND = 3.0  # chosen: labels of two laps must not overrule everything else

# Words
SHARP_BORDER_PCT = 10.0  # chosen: a fall of speed worth a sentence
CLEAR_STEP_SPM = 3.0  # chosen: a rise of cadence worth a sentence
SMALL_UPLIFT = 0.04  # the published lower end
STEEP_PCT = 6.0  # chosen: a slope worth a sentence
SHORT_S = 25.0  # measured: under 25 s half of small uplifts are missed
FAST_BACKWARD_MPS = 2.6  # recreational backward runners 1.4–2.5 m/s; 10 km record 4.29 m/s (Dold 2016)
FEW_NEIGHBOURS = 6.0  # chosen: less than 18 s of forward running beside a border
PROFILE_LOOK_HOURS = 15.0  # chosen: some ten activities

# Placing
MERGE_BINS = 12  # chosen: pieces of one stretch are up to 36 s apart, by a curb or a look over the shoulder
MERGE_LOG_ODDS = 1.5  # chosen: one long stretch is preferred to two with a hole unless it is clearly less likely
MERGE_SLACK_BINS = 2  # chosen: as far as borders are usually off

# The prior of lengths and places
STEEP_DOWN_PCT = 8.0  # measured: from here on forward running shows 7 to 27 steps per minute more
STEEP_DOWN_LOG_ODDS = -0.3  # chosen: for each per cent beyond; training guides advise against backward descents
LONG_ABOVE_S = 300.0  # chosen: training plans for backward running hardly go beyond
LONG_LOG_ODDS = -1.2  # chosen: for each log unit beyond; a long false segment costs a runner more than a short one
