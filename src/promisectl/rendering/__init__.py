"""What people see: functions that return texts or renderables, which the commands print."""
