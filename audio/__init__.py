"""Sound in, sound out: ports and events only, so that importing this loads no audio library.

Adapters are imported by name where they are wired: `audio.wav`, `audio.recogniser_moonshine`, `audio.voice_pyttsx3` ...
"""

from audio.errors import AudioError, MicrophoneError, RecogniserError, VoiceError
from audio.events import (
    SAMPLE_RATE,
    Final,
    Frame,
    Heard,
    Partial,
    Reading,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
)
from audio.ports import Microphone, Recogniser, SpeechDetector, Voice

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "Final",
    "Frame",
    "Heard",
    "Microphone",
    "MicrophoneError",
    "Partial",
    "Reading",
    "Recogniser",
    "RecogniserError",
    "SpeechDetector",
    "SpeechEnded",
    "SpeechEvent",
    "SpeechStarted",
    "Voice",
    "VoiceError",
]
