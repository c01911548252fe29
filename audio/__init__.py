"""Sound in, sound out: ports and events only, so that importing this loads no audio library.

Adapters are imported by name where they are wired: `audio.wav`, `audio.recogniser_moonshine`, `audio.voice_pyttsx3` ...
"""

from audio.errors import AudioError, DeviceError, MicrophoneError, RecogniserError, VoiceError
from audio.events import (
    SAMPLE_RATE,
    Final,
    Frame,
    Heard,
    LoudspeakerLost,
    MicrophoneFound,
    MicrophoneLost,
    Partial,
    Reading,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
)
from audio.ports import LiveMicrophone, Microphone, Recogniser, SpeechDetector, Voice

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "DeviceError",
    "Final",
    "Frame",
    "Heard",
    "LiveMicrophone",
    "LoudspeakerLost",
    "Microphone",
    "MicrophoneError",
    "MicrophoneFound",
    "MicrophoneLost",
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
