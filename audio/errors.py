"""What can go wrong with sound; each message ends with the remedy, since it is shown to the user as it is."""


class AudioError(Exception):
    """Base of every error of this package."""


class MicrophoneError(AudioError):
    """A source of sound cannot be opened or read."""


class RecogniserError(AudioError):
    """An engine or its model is missing, broken, or refused the sound."""


class VoiceError(AudioError):
    """A line could not be rendered to sound."""
