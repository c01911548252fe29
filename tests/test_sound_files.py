"""A sound file as the microphone, and sound written to files."""

from __future__ import annotations

import resource
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from audio.errors import AudioError, MicrophoneError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE
from audio.wav import Recording, SoundFile, write_wav

if TYPE_CHECKING:
    from numpy.typing import NDArray


def tone(rate: int, duration_s: float = 1.0, hertz: float = 440.0) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * duration_s)) / rate)).astype(np.float32)


def heard(path: Path) -> NDArray[np.float32]:
    return np.concatenate([frame.samples for frame in SoundFile(path).frames()])


def pitch(samples: NDArray[np.float32]) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_channels_become_frames_of_the_same_sound(tmp_path: Path, name: str, rate: int, channels: int):
    path = tmp_path / name
    soundfile.write(path, np.tile(tone(rate, 1.5)[:, None], channels), rate)
    frames = list(SoundFile(path).frames())
    assert {len(frame.samples) for frame in frames[:-1]} == {FRAME_SAMPLES}
    assert all(frame.start_s == index * FRAME_SAMPLES / SAMPLE_RATE for index, frame in enumerate(frames))
    samples = np.concatenate([frame.samples for frame in frames])
    assert samples.dtype == np.float32
    assert len(samples) / SAMPLE_RATE == pytest.approx(SoundFile(path).duration_s, abs=0.001)
    assert pitch(samples) == pytest.approx(440, abs=2)
    assert np.sqrt((samples**2).mean()) == pytest.approx(0.5 / np.sqrt(2), abs=0.01)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "IMA_ADPCM"])
def test_any_encoding_of_a_wav_is_read(tmp_path: Path, subtype: str):
    soundfile.write(tmp_path / "a.wav", tone(16000), 16000, subtype=subtype)
    assert pitch(heard(tmp_path / "a.wav")) == pytest.approx(440, abs=2)


def test_a_sound_of_one_sample_is_one_short_frame(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.array([0.25], dtype=np.float32), SAMPLE_RATE)
    [frame] = SoundFile(tmp_path / "a.wav").frames()
    assert frame.samples.tolist() == [0.25]


def test_values_that_are_no_numbers_or_far_too_loud_do_no_harm(tmp_path: Path):
    samples = tone(48000)
    samples[100], samples[200], samples[300], samples[400] = np.nan, np.inf, -np.inf, 1e30
    soundfile.write(tmp_path / "a.wav", samples, 48000, subtype="FLOAT")
    found = heard(tmp_path / "a.wav")
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1.0
    assert pitch(found) == pytest.approx(440, abs=2)


def test_a_file_can_be_heard_again(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", tone(44100), 44100)
    microphone = SoundFile(tmp_path / "a.wav")
    assert len(list(microphone.frames())) == len(list(microphone.frames())) == 32


def test_a_header_that_leaves_the_length_open_is_read_to_the_end(tmp_path: Path):
    path = tmp_path / "streamed.wav"
    soundfile.write(path, tone(16000), 16000)
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert len(heard(path)) == 16000


def broken_files(folder: Path) -> dict[str, Path]:
    """Every kind of file that is no sound, by what its message must say."""
    files = {
        "does not exist": folder / "nowhere.wav",
        "is a folder": folder / "folder.wav",
        "is empty": folder / "empty.wav",
        "is no sound file": folder / "letter.wav",
        "no sound file": folder / "letter.raw",
        "holds no sound at all": folder / "zero.wav",
        "less sound than its beginning says": folder / "half.wav",
        "cut off or damaged": folder / "half.flac",
        "is not a file": Path("/dev/null"),
        "Hz, which no sound": folder / "slow.wav",
    }
    files["is a folder"].mkdir()
    files["is empty"].touch()
    files["is no sound file"].write_text("Dear caregiver, " * 100)
    files["no sound file"].write_text("Dear caregiver, " * 100)
    soundfile.write(files["holds no sound at all"], np.zeros(0), 16000)
    soundfile.write(files["Hz, which no sound"], tone(16000), 16)
    for key in ("less sound than its beginning says", "cut off or damaged"):
        soundfile.write(files[key], tone(16000, 3.0), 16000)
        data = files[key].read_bytes()
        files[key].write_bytes(data[: len(data) // 2])
    return files


def test_what_is_no_sound_is_refused_at_once_in_one_line_with_the_remedy(tmp_path: Path):
    for reason, path in broken_files(tmp_path).items():
        with pytest.raises(MicrophoneError, match=reason) as caught:
            SoundFile(path)
        message = str(caught.value)
        assert "\n" not in message
        assert str(path) in message
        assert ": " in message.removeprefix(str(path)), "no remedy"


def test_wherever_a_wav_or_flac_is_cut_off_it_is_noticed_at_once(tmp_path: Path):
    for name in ("a.wav", "a.flac"):
        soundfile.write(tmp_path / name, tone(16000, 2.0), 16000)
        data = (tmp_path / name).read_bytes()
        for length in range(1, len(data), len(data) // 20):
            (tmp_path / name).write_bytes(data[:length])
            with pytest.raises(MicrophoneError):
                SoundFile(tmp_path / name)


def test_a_file_damaged_in_the_middle_is_an_error_of_the_microphone_or_sound(tmp_path: Path):
    path = tmp_path / "a.flac"
    soundfile.write(path, tone(16000, 5.0), 16000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path.write_bytes(data)
    try:
        assert np.isfinite(heard(path)).all()
    except MicrophoneError as error:
        assert str(error).endswith("copy it again from where it came from")  # noqa: PT017 - either is right


def test_a_two_hour_file_is_heard_in_constant_memory(tmp_path: Path):
    path = tmp_path / "night.wav"
    block = np.zeros(8000 * 600, dtype=np.float32)
    write_wav(path, (block for _ in range(12)), 8000)
    program = (
        "import sys, resource\nfrom pathlib import Path\nfrom audio.wav import SoundFile\n"
        "frames = SoundFile(Path(sys.argv[1])).frames()\nnext(frames)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = 1 + sum(1 for _ in frames)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    command = [sys.executable, "-c", program, path]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    frames, grown_kb = map(int, run.stdout.split())
    assert frames == 7200 * SAMPLE_RATE // FRAME_SAMPLES
    assert grown_kb < 8000


def test_written_sound_is_read_back_within_a_step_of_16_bits(tmp_path: Path):
    write_wav(tmp_path / "a.wav", tone(16000), 16000)
    assert np.abs(heard(tmp_path / "a.wav") - tone(16000)).max() < 1 / 16000


def test_written_sound_is_clipped_and_never_wraps(tmp_path: Path):
    write_wav(tmp_path / "a.wav", np.array([2.0, -2.0, np.nan], dtype=np.float32), 16000)
    assert heard(tmp_path / "a.wav").round(2).tolist() == [1.0, -1.0, 0.0]


def test_sound_that_does_not_fit_leaves_the_old_file_and_nothing_half_written(tmp_path: Path):
    write_wav(tmp_path / "a.wav", tone(16000, 0.1), 16000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
    try:
        with pytest.raises(AudioError, match="choose a folder that exists and has room") as caught:
            write_wav(tmp_path / "a.wav", tone(16000, 10.0), 16000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert len(heard(tmp_path / "a.wav")) == 1600


def test_a_folder_that_is_not_there_is_told_with_the_remedy(tmp_path: Path):
    with pytest.raises(AudioError, match="choose a folder"):
        write_wav(tmp_path / "nowhere" / "a.wav", tone(16000), 16000)


def test_a_recording_holds_each_piece_at_its_time_and_silence_between(tmp_path: Path):
    recording = Recording(16000)
    recording.put(10.0, tone(16000))
    recording.put(1.0, tone(16000))
    assert recording.duration_s == 11.0
    recording.save(tmp_path / "a.wav")
    found = heard(tmp_path / "a.wav")
    assert len(found) == 11 * 16000
    assert np.abs(found[16000:32000] - tone(16000)).max() < 1e-3
    assert np.abs(found[160000:] - tone(16000)).max() < 1e-3
    assert not found[:16000].any()
    assert not found[32000:160000].any()


def test_pieces_that_overlap_add_up(tmp_path: Path):
    recording = Recording(16000)
    recording.put(0.0, tone(16000) / 2)
    recording.put(0.0, tone(16000) / 2)
    recording.save(tmp_path / "a.wav")
    assert np.abs(heard(tmp_path / "a.wav") - tone(16000)).max() < 1e-3


def test_a_night_in_which_nothing_was_said_is_a_wav_without_sound(tmp_path: Path):
    Recording(22050).save(tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as sound:
        assert sound.getnframes() == 0


def test_a_piece_before_the_beginning_is_refused():
    with pytest.raises(ValueError, match="at_s"):
        Recording(16000).put(-1.0, tone(16000))
