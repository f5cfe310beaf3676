"""The one Streamlit page: header, stage and rail."""
