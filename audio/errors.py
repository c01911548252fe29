"""What can go wrong with sound; each message ends with the remedy, since it is shown to the user as it is."""


class AudioError(Exception):
    """Base of every error of this package."""


class MicrophoneError(AudioError):
    """A source of sound cannot be opened or read."""


class RecogniserError(AudioError):
    """An engine or its model is missing, broken, or refused the sound."""


class VoiceError(AudioError):
    """A line could not be rendered to sound."""


class DeviceError(AudioError):
    """A sound device is missing, busy, gone or silent.

    Args:
        fault: what is wrong, one line.
        remedy: what to do about it.
    """

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(f"{fault}: {remedy}")
        self.fault = fault
        self.remedy = remedy
