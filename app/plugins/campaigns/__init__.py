"""Work arrangements: the notices offices issue, their steps and dates, and the dates a lower office sets itself."""
