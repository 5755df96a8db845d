"""Which days a year has: solar, lunar, announced; days off and workdays. Dates only, the zone joins last."""
