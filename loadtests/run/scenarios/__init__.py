"""One module for each scenario; `scenario.find` imports it by its name."""
