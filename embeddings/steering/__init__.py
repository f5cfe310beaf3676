"""What can change the next token: rewards on words and on regions of the map."""

from embeddings.steering.region_reward import RegionReward
from embeddings.steering.rewards import Reward
from embeddings.steering.word_reward import WordReward

__all__ = ["RegionReward", "Reward", "WordReward"]
