"""The dates of a series: ordinary promises, all made at once by one Yes."""
