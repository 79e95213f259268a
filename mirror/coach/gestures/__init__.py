"""Sets begun, paused and ended without touching anything: raised hands, countdowns and timers."""
