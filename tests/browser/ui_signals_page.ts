// The same page where signals are part of Preact.
import "@preact/signals";
import "./with_signals.ts";
import "./ui_page.ts";
